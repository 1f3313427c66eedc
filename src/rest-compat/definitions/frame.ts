/** One message to a client, sent as JSON. */
export type Frame = Record<string, unknown>;

/** The parts of an upgrade request that a socket's `input` selects from. */
export interface SocketParts {
  params: unknown;
  query: unknown;
}

/** A connection: the parameters of its upgrade request, and its state. */
export interface Opened<Given = unknown, State = unknown> {
  given: Given;
  state: State;
}
