import type { DocumentNode } from 'graphql';
import type { DocumentTypes } from '../typed-document.ts';

/** A document of any form: text or parsed, typed or not. */
export type Document<Result, Variables> = (string | DocumentNode) & DocumentTypes<Result, Variables>;

export interface RequestOptions {
  signal?: AbortSignal | undefined;
}

export type Subscribe = <Result, Variables extends Record<string, unknown>>(
  document: Document<Result, Variables>,
  variables: Variables,
  options?: RequestOptions,
) => AsyncGenerator<Result, void, undefined>;

export type Request = <Result, Variables extends Record<string, unknown>>(
  document: Document<Result, Variables>,
  variables: Variables,
  options?: RequestOptions,
) => Promise<Result>;
