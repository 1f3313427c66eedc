import type { TadaDocumentNode } from 'gql.tada';
import type { DocumentNode } from 'graphql';
import type { z } from 'zod';
import type { Frame, Opened } from './frame.ts';
import type { FieldNames, Present, Values } from './terms.ts';

/** What a client may send; `message` is what `input` made of it. */
export type Command<Context = Opened> = Execution<Context> | Replay<Context> | Change<Context>;

/** Executes a query or a mutation. */
interface Execution<Context> {
  kind: 'execution';
  /** Over the whole message; what it does not name is ignored. */
  input: z.ZodType;
  /** The schema's names of fields that the client knows by others. */
  names?: FieldNames;
  document: DocumentNode;
  variables(message: unknown, opened: Context): Values;
  answer(data: unknown, message: unknown, opened: Context): readonly Frame[];
}

/** Tells what a subscription has to say, up to its `isLast` payload. What the socket follows waits meanwhile. */
interface Replay<Context> {
  kind: 'replay';
  input: z.ZodType;
  document: DocumentNode;
  variables(message: unknown, opened: Context): Values;
  answer(data: unknown, message: unknown, opened: Context): readonly Frame[];
  isLast(data: unknown, message: unknown, opened: Context): boolean;
}

/** Changes nothing but what the connection remembers. */
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
