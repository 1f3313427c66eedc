import type { TadaDocumentNode } from 'gql.tada';
import type { DocumentNode } from 'graphql';
import type { z } from 'zod';
import type { DomainError } from '../errors.ts';
import type { Dialect } from '../vocabulary.ts';

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

/** One documented endpoint, as the router sees it. */
export interface Endpoint {
  method: Method;
  /** As documented: `/api/tasks/{task_id}`. */
  path: `/${string}`;
  access: Access;
  /** Over RequestParts; what it does not name is ignored, as the old servers did. */
  input: z.ZodType;
  document: DocumentNode;
  variables(input: unknown): Record<string, unknown>;
  /** The documented body. */
  respond(data: unknown): unknown;
  /** Of a success. */
  status: number;
}

/** An answer without errors has all its root fields. */
type Present<Data> = { [Field in keyof Data]: NonNullable<Data[Field]> };

interface Row<Input extends z.ZodType, Data, Variables extends Record<string, unknown>> extends Endpoint {
  input: Input;
  document: TadaDocumentNode<Data, Variables>;
  variables(input: z.output<Input>): NoInfer<Variables>;
  respond(data: Present<Data>): unknown;
}

/** A row, checked as a whole: its input against its variables, its document's result against its answer. */
export function endpoint<Input extends z.ZodType, Data, Variables extends Record<string, unknown>>(
  row: Row<Input, Data, Variables>,
): Endpoint {
  return row;
}

export interface Refusal {
  status: number;
  body: unknown;
}

/** One of the old APIs, as data. */
export interface DialectTable {
  name: Dialect;
  endpoints: readonly Endpoint[];
  /** The dialect's own error body. @param at when */
  refuse(fault: DomainError, at: Date): Refusal;
}
