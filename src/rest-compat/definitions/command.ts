import type { TadaDocumentNode } from 'gql.tada';
import type { DocumentNode } from 'graphql';
import type { z } from 'zod';
import type { Frame, Opened } from './frame.ts';
import type { FieldNames, Present, Values } from './terms.ts';

/** A command of a client; `message` is the result of `input`. */
export type Command<Context = Opened> = Execution<Context> | Replay<Context> | Change<Context>;

/** Executes a query or a mutation. */
interface Execution<Context> {
  kind: 'execution';
  /** Validates the whole message; unknown fields are ignored. */
  input: z.ZodType;
  /** Field names of clients by field names of the schema. */
  names?: FieldNames;
  document: DocumentNode;
  variables(message: unknown, opened: Context): Values;
  answer(data: unknown, message: unknown, opened: Context): readonly Frame[];
}

/**
 * Sends the payloads of a subscription up to its `isLast` payload. Live events of the socket wait meanwhile.
 */
interface Replay<Context> {
  kind: 'replay';
  input: z.ZodType;
  document: DocumentNode;
  variables(message: unknown, opened: Context): Values;
  answer(data: unknown, message: unknown, opened: Context): readonly Frame[];
  isLast(data: unknown, message: unknown, opened: Context): boolean;
}

/** Changes only the state of the connection. */
interface Change<Context> {
  kind: 'change';
  input: z.ZodType;
  answer(message: unknown, opened: Context, at: Date): readonly Frame[];
}

interface QuestionRow<Input extends z.ZodType, Data, Variables extends Values, Context> {
  input: Input;
  document: TadaDocumentNode<Data, Variables>;
  variables(message: z.output<Input>, opened: Context): NoInfer<Variables>;
  answer(data: Present<Data>, message: z.output<Input>, opened: Context): readonly Frame[];
}

interface ExecutionRow<Input extends z.ZodType, Data, Variables extends Values, Context>
  extends QuestionRow<Input, Data, Variables, Context> {
  names?: FieldNames;
}

interface ReplayRow<Input extends z.ZodType, Data, Variables extends Values, Context>
  extends QuestionRow<Input, Data, Variables, Context> {
  isLast(data: Present<Data>, message: z.output<Input>, opened: Context): boolean;
}

export function execution<Input extends z.ZodType, Data, Variables extends Values, Context = Opened>(
  row: ExecutionRow<Input, Data, Variables, Context>,
): Command<Context> {
  return { kind: 'execution', ...(row as unknown as Omit<Execution<Context>, 'kind'>) };
}

export function replay<Input extends z.ZodType, Data, Variables extends Values, Context = Opened>(
  row: ReplayRow<Input, Data, Variables, Context>,
): Command<Context> {
  return { kind: 'replay', ...(row as unknown as Omit<Replay<Context>, 'kind'>) };
}

export function change<Input extends z.ZodType, Context = Opened>(row: {
  input: Input;
  answer(message: z.output<Input>, opened: Context, at: Date): readonly Frame[];
}): Command<Context> {
  return { kind: 'change', ...row };
}
