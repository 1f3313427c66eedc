import type { ErrorCode } from './documents.ts';

/** CONNECTION_LOST: the server could not be reached, or what answered was not Polyphony. */
export type PolyphonyErrorCode = ErrorCode | 'CONNECTION_LOST';

/** An error as GraphQL over HTTP, server-sent events and graphql-ws send it. */
export interface SentError {
  message: string;
  path?: readonly (string | number)[] | undefined;
  extensions?: Readonly<Record<string, unknown>> | undefined;
}

interface Issue {
  field: string;
  message: string;
}

/** The first error of an answer, or a connection that failed. */
export class PolyphonyError extends Error {
  override readonly name = 'PolyphonyError';
  readonly code: PolyphonyErrorCode;
  /** The input field that is wrong. */
  readonly field: string | null;
  /** Every input field that is wrong. */
  readonly issues: readonly Issue[];
  /** Seconds after which to try again; null: the server has not said. */
  readonly retryAfter: number | null;
  /** All errors of the answer. */
  readonly errors: readonly SentError[];

  constructor(code: PolyphonyErrorCode, message: string, errors: readonly SentError[] = [], cause?: unknown) {
    super(message, { cause });
    const { field, issues, retryAfter } = errors[0]?.extensions ?? {};
    this.code = code;
    this.field = typeof field === 'string' ? field : null;
    this.issues = Array.isArray(issues) ? issues : [];
    this.retryAfter = typeof retryAfter === 'number' ? retryAfter : null;
    this.errors = errors;
  }
}

export function errorOf(errors: readonly SentError[]): PolyphonyError {
  const [first] = errors;
  const code = first?.extensions?.code;
  return new PolyphonyError(
    typeof code === 'string' ? (code as PolyphonyErrorCode) : 'INTERNAL_ERROR',
    first?.message ?? 'an answer without data and without an error',
    errors,
  );
}

export function connectionLost(cause: unknown, message = 'the connection was lost'): PolyphonyError {
  return new PolyphonyError('CONNECTION_LOST', message, [], cause);
}

const TRANSIENT: readonly PolyphonyErrorCode[] = ['CONNECTION_LOST', 'UNAVAILABLE', 'RATE_LIMITED'];

/** Whether the same request may succeed later, without a change. */
export function isTransient({ code }: PolyphonyError): boolean {
  return TRANSIENT.includes(code);
}
