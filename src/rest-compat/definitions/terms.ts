import type { DocumentNode } from 'graphql';
import type { DomainError } from '../../errors.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Methods that a documented path answers, some with 405. OPTIONS is handled once for all paths of the server. */
export const ROUTED_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'QUERY'] as const;

/**
 * `public` endpoints ignore credentials, so that a client with a stale token can still log in; `account`
 * endpoints reject requests without valid ones before validating their input.
 */
export type Access = 'public' | 'account';

/** The parts of a request that an endpoint's `input` selects from. */
export interface RequestParts {
  params: unknown;
  query: unknown;
  body: unknown;
}

/** The object named by an endpoint's path; AMAS has separate codes for some missing objects. */
export type Subject = 'task' | 'agent';

export type Values = Record<string, unknown>;

/** A response without errors has all its root fields, except those skipped by `@include`. */
export type Present<Data> = { [Field in keyof Data]: NonNullable<Data[Field]> };

/** A dialect's field names, by the field names or paths of the schema: `text` is its `content`; `*` is an index. */
export type FieldNames = Readonly<Record<string, string>>;

/** Writes errors as a dialect documents them. */
export interface ErrorWriter {
  /** The dialect's own error body. */
  refuse(error: DomainError, circumstances: Circumstances): Refusal;
}

export interface Refusal {
  status: number;
  body: unknown;
}

/** Additional data for an error body. */
export interface Circumstances {
  at: Date;
  /** null: nothing specific, or no endpoint. */
  about: Subject | null;
}

export interface Limit {
  requests: number;
  seconds: number;
}

/** The data that a limit may depend on. */
export interface Asked {
  /** Without the mount; as in the documentation if it is documented, however the client wrote it. */
  path: string;
  params: unknown;
  /** undefined: it has none, or was rejected before it was read. */
  body: unknown;
}

/** The client that a request counts against. */
export interface CountedAsker {
  /** null: without valid credentials. */
  accountId: string | null;
  address: string;
}

/** A request, and its client. */
export type AskedBy = Asked & CountedAsker;

/** How to find the object with a rate limit of its own that a request names, such as a session. */
export interface Naming {
  document: DocumentNode;
  variables: Values;
  /** The id of the object, which never changes; null: it has none. */
  read(data: unknown): string | null;
}

/** The documented rate limits of a dialect. */
export interface RateLimits {
  limits: Readonly<Record<string, Limit>>;
  /** Finds the object with a limit of its own that a request names; null: it names none. */
  naming?(asked: Asked): Naming | null;
  /**
   * Selects the limit that counts a request, and its key.
   * @param named the id of that object; null: the request names none, or one that its account does not have
   */
  choose(asked: AskedBy, named: string | null): { limit: string; of: string };
  /** It depends on the body. */
  readsBody?: true;
}

/** The state of a limit after a request was counted. */
export interface Standing {
  limit: number;
  remaining: number;
  /** Until the next window begins. */
  msLeft: number;
  isSpent: boolean;
}
