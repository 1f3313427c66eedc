import type { Command } from '../definitions/command.ts';
import { dataOf } from '../execution/answer-endpoint.ts';
import { executionOf, type Talk } from './talk.ts';

/** @throws DomainError errors of the schema, with the field names of the client */
export async function executeCommand(talk: Talk, command: Command, message: unknown): Promise<void> {
  const { access, opened, outlet, signal } = talk;
  if (command.kind === 'change') return outlet.tell(command.answer(message, opened, new Date()));
  const execution = executionOf(talk, command.document, command.variables(message, opened));
  if (command.kind === 'execution') {
    const data = dataOf(await access.execute(execution), command.names);
    return outlet.tell(command.answer(data, message, opened));
  }
  await outlet.inTurn(async () => {
    for await (const answer of access.subscribe(execution, signal)) {
      const data = dataOf(answer);
      await outlet.tell(command.answer(data, message, opened));
      if (command.isLast(data, message, opened)) return;
    }
  });
}
