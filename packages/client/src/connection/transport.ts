import type { PolyphonyError, SentError } from '../error.ts';

export interface Operation {
  query: string;
  variables: Record<string, unknown>;
}

/** What an operation answers, and what a subscription sends. */
export interface Payload {
  data?: Record<string, unknown> | null | undefined;
  errors?: readonly SentError[] | undefined;
}

export interface Sink<Item> {
  next(item: Item): void;
  error(error: PolyphonyError): void;
  complete(): void;
}

export type Stop = () => void;

/** One connection for a subscription: what fails is reported once and not tried again. */
export interface Transport {
  subscribe(operation: Operation, sink: Sink<Payload>): Stop;
  /** Closes what is open; the transport is not used afterwards. */
  close(): void;
}
