/** One message to a client, sent as JSON. */
export type Frame = Record<string, unknown>;

/** The parts of an upgrade that a socket's `input` picks from. */
export interface SocketParts {
  params: unknown;
  query: unknown;
}

/** A connection: what its upgrade asked for, and what it remembers. */
export interface Opened<Given = unknown, State = unknown> {
  given: Given;
  state: State;
}
