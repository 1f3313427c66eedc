import type { TadaDocumentNode } from 'gql.tada';
import type { DocumentNode } from 'graphql';
import type { z } from 'zod';
import type { DomainError } from '../../errors.ts';
import type { EventType } from '../../vocabulary.ts';
import type { Command } from './command.ts';
import type { Frame, Opened } from './frame.ts';
import type { Circumstances, Present, Subject, Values } from './terms.ts';

/** One documented socket, as the engine sees it: a view of a subscription, with commands. */
export interface Socket {
  /** As documented: `/ws/tasks/{task_id}`. */
  path: `/${string}`;
  about?: Subject;
  /** Over SocketParts. */
  input: z.ZodType;
  /** A subscription whose first payload comes at once, as of all that the schema has: then nothing is missed any more. */
  document: DocumentNode;
  variables(given: unknown): Values;
  /** What a connection remembers; bounded, as a connection may last. */
  begin(): unknown;
  /** Said first, when the subscription has begun. */
  greet(at: Date): readonly Frame[];
  snapshot?: Snapshot;
  /** Of a payload of the subscription. */
  frames(data: unknown, opened: Opened): readonly Frame[];
  heartbeat?: Heartbeat;
  /** The member of a message that names its command. */
  commandField: 'type' | 'command';
  commands: Readonly<Record<string, Command>>;
  /** What is told of a message that is no good, and before the socket closes because of a failure. */
  refuse(fault: DomainError, circumstances: Circumstances): Frame;
}

/** How things are, told after the greeting. What happens meanwhile follows, so that it may be told again. */
export interface Snapshot {
  document: DocumentNode;
  /** Of the next page; null: there is none. @param before the page before; null: there is none. */
  page(before: unknown): Values | null;
  frames(data: unknown, opened: Opened): readonly Frame[];
}

/** A sign of life that programs see; dead peers are noticed by the protocol's own pings. */
export interface Heartbeat {
  seconds: number;
  frame(at: Date): Frame;
}

interface Row<
  Input extends z.ZodType,
  Data,
  Variables extends Values,
  State,
  Shown,
  ShownVariables extends Values,
> extends Socket {
  input: Input;
  document: TadaDocumentNode<Data, Variables>;
  variables(given: z.output<Input>): NoInfer<Variables>;
  begin(): State;
  snapshot?: {
    document: TadaDocumentNode<Shown, ShownVariables>;
    page(before: Present<NoInfer<Shown>> | null): NoInfer<ShownVariables> | null;
    frames(data: Present<NoInfer<Shown>>, opened: Opened<z.output<Input>, NoInfer<State>>): readonly Frame[];
  };
  frames(data: Present<Data>, opened: Opened<z.output<Input>, NoInfer<State>>): readonly Frame[];
  commands: Readonly<Record<string, Command<Opened<z.output<Input>, NoInfer<State>>>>>;
}

/** A row, checked as a whole: its input against its variables, its documents' results against its frames. */
export function socket<
  Input extends z.ZodType,
  Data,
  Variables extends Values,
  State = undefined,
  Shown = unknown,
  ShownVariables extends Values = Values,
>(row: Row<Input, Data, Variables, State, Shown, ShownVariables>): Socket {
  return row;
}

/** Every fact of a log, and the state before it, has its row: with a new fact the compiler names each socket. */
export type FrameTable<Event extends { __typename: string }, Context> = {
  [Type in EventType | 'CurrentState']: (
    event: Extract<Event, { __typename: Type }>,
    context: Context,
  ) => readonly Frame[];
};

export function framesOf<Event extends { __typename: EventType | 'CurrentState' }, Context>(
  table: FrameTable<Event, Context>,
  event: Event,
  context: Context,
): readonly Frame[] {
  const tell = table[event.__typename] as (event: Event, context: Context) => readonly Frame[];
  return tell(event, context);
}

/** Of a fact that is not told. */
export function nothing(): readonly Frame[] {
  return [];
}
