import { z } from 'zod';
import { DomainError } from '../../errors.ts';
import { unkeptNumber } from '../../rules/json/numbers.ts';
import { jsonTextProblem } from '../../rules/json/text.ts';
import type { Command } from '../definitions/command.ts';
import type { Socket } from '../definitions/socket.ts';
import { inputError } from '../errors/from-graphql.ts';

/** Parses a message of a client. @throws DomainError VALIDATION_ERROR naming the field and what is allowed */
export function readMessage(socket: Socket, text: string): { command: Command; message: unknown } {
  const sent = parse(text);
  const command = commandOf(socket, sent);
  // As in the parts of a request, the first name of a path is not the client's.
  const { data, error } = z.object({ message: command.input }).safeParse({ message: sent });
  if (error) throw inputError(error);
  return { command, message: data.message };
}

function parse(text: string): object {
  const problem = jsonTextProblem(Buffer.from(text));
  if (problem) throw refused('message', problem);
  const error = unkeptNumber(text);
  if (error) throw error;
  let sent: unknown;
  try {
    sent = JSON.parse(text);
  } catch {
    throw refused('message', 'is not valid JSON');
  }
  if (typeof sent === 'object' && sent !== null && !Array.isArray(sent)) return sent;
  throw refused('message', 'must be a JSON object');
}

function commandOf({ commandField: field, commands }: Socket, sent: object): Command {
  const name: unknown = Object.entries(sent).find(([member]) => member === field)?.[1];
  const command = typeof name === 'string' && Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command) return command;
  const allowed = Object.keys(commands);
  if (allowed.length === 0) throw refused('message', 'this socket takes none');
  throw refused(field, `must be one of ${allowed.join(', ')}`, allowed);
}

function refused(field: string, message: string, allowed?: readonly string[]): DomainError {
  const details = { field, issues: [{ field, message }], ...(allowed && { allowed }) };
  return new DomainError('VALIDATION_ERROR', `${field}: ${message}`, details);
}
