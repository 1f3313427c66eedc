import type { DomainError } from '../../errors.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * `public` endpoints look at no credentials at all, so that a client that sends a stale token along can still
 * log in; `account` endpoints are refused without good ones before anything is said about their input.
 */
export type Access = 'public' | 'account';

/** The parts of a request that an endpoint's `input` picks from. */
export interface RequestParts {
  params: unknown;
  query: unknown;
  body: unknown;
}

/** What an endpoint's path names; AMAS says of some that they are not there in a code of their own. */
export type Subject = 'task' | 'agent';

export type Values = Record<string, unknown>;

/** An answer without errors has all its root fields, but those that the document left out by `@include`. */
export type Present<Data> = { [Field in keyof Data]: NonNullable<Data[Field]> };

/** A dialect's names of fields, by the schema's or by their paths in it: `text` is its `content`. */
export type FieldNames = Readonly<Record<string, string>>;

/** Writes errors as a dialect documents them. */
export interface ErrorWriter {
  /** The dialect's own error body. */
  refuse(fault: DomainError, circumstances: Circumstances): Refusal;
}

export interface Refusal {
  status: number;
  body: unknown;
}

/** What an error body may tell beyond the fault. */
export interface Circumstances {
  at: Date;
  /** null: nothing in particular, or no endpoint. */
  about: Subject | null;
}

export interface Limit {
  requests: number;
  seconds: number;
}

/** What a limit may go by. */
export interface Asked {
  /** Without the mount; where a document has it, as it stands there, however the client wrote it. */
  path: string;
  params: unknown;
  /** undefined: it has none, or was refused before it was read. */
  body: unknown;
}

/** Whom a request counts against. */
export interface CountedAsker {
  /** null: without good credentials. */
  accountId: string | null;
  address: string;
}

/** Asked, and by whom. */
export type AskedBy = Asked & CountedAsker;

/** How often a dialect may be asked. */
export interface RateLimits {
  limits: Readonly<Record<string, Limit>>;
  /** Which limit counts a request, and together with which others. */
  choose(asked: AskedBy): { limit: string; of: string };
  /** It goes by something in the body. */
  readsBody?: true;
}

/** Where a client stands after a request was counted. */
export interface Standing {
  limit: number;
  remaining: number;
  /** Until a new count begins. */
  msLeft: number;
  isSpent: boolean;
}
