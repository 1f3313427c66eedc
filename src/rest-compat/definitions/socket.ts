import type { TadaDocumentNode } from 'gql.tada';
import type { DocumentNode } from 'graphql';
import type { z } from 'zod';
import type { DomainError } from '../../errors.ts';
import type { EventType } from '../../vocabulary.ts';
import type { Command } from './command.ts';
import type { Frame, Opened } from './frame.ts';
import type { Circumstances, Present, Subject, Values } from './terms.ts';

/** One documented socket: a view of a subscription, with commands. */
export interface Socket {
  /** As documented: `/ws/tasks/{task_id}`. */
  path: `/${string}`;
  about?: Subject;
  /** Over SocketParts. */
  input: z.ZodType;
  /**
   * A subscription that sends its first payload at once, as all of the schema do: from then on nothing is
   * missed.
   */
  document: DocumentNode;
  variables(given: unknown): Values;
  /** The state of a connection; limited in size, because a connection may last long. */
  begin(): unknown;
  /** Sent first, when the subscription has begun. */
  greet(at: Date): readonly Frame[];
  snapshot?: Snapshot;
  /** The frames for a payload of the subscription. */
  frames(data: unknown, opened: Opened): readonly Frame[];
  heartbeat?: Heartbeat;
  /** The member of a message that names its command. */
  commandField: 'type' | 'command';
  commands: Readonly<Record<string, Command>>;
  /** The frame for an invalid message, and before the socket closes because of an error. */
  refuse(error: DomainError, circumstances: Circumstances): Frame;
}

/** The current state, sent after the greeting. Events that happen meanwhile follow, and may be sent twice. */
export interface Snapshot {
  document: DocumentNode;
  /** Variables of the next page; null: there is none. @param before the previous page; null: there is none */
  page(before: unknown): Values | null;
  frames(data: unknown, opened: Opened): readonly Frame[];
}

/** A heartbeat for programs; dead peers are detected by the pings of the protocol. */
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

/**
 * A socket, type-checked as a whole: its input against its variables, its documents' results against its
 * frames.
 */
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

/**
 * One entry per event type, and for the state before: for a new event type the compiler names each socket.
 */
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

/** For an event that is not sent. */
export function nothing(): readonly Frame[] {
  return [];
}
