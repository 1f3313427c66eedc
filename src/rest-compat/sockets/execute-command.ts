import type { Command } from '../definitions/command.ts';
import { dataOf } from '../handling/answer-endpoint.ts';
import { executionOf, type OpenConnection } from './open-connection.ts';

/** @throws DomainError errors of the schema, with the field names of the client */
export async function executeCommand(
  connection: OpenConnection,
  command: Command,
  message: unknown,
): Promise<void> {
  const { access, opened, outgoing, signal } = connection;
  if (command.kind === 'change') return outgoing.send(command.answer(message, opened, new Date()));
  const execution = executionOf(connection, command.document, command.variables(message, opened));
  if (command.kind === 'execution') {
    const data = dataOf(await access.execute(execution), command.names);
    return outgoing.send(command.answer(data, message, opened));
  }
  await outgoing.inTurn(async () => {
    for await (const answer of access.subscribe(execution, signal)) {
      const data = dataOf(answer);
      await outgoing.send(command.answer(data, message, opened));
      if (command.isLast(data, message, opened)) return;
    }
  });
}
