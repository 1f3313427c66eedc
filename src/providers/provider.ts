import type { RunErrorCode } from '../errors.ts';
import type { Usage } from '../rules/money.ts';
import type { FinishReason, ProviderId } from '../vocabulary.ts';

export interface ModelMessage {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

/** What every vendor is asked for, in one form. Absent settings are the vendor's own defaults. */
export interface ModelRequest {
  /** The vendor's id of the model, verbatim. */
  model: string;
  messages: readonly ModelMessage[];
  temperature?: number;
  topP?: number;
  maxTokens?: number;
  stop?: readonly string[];
  seed?: number;
}

/** One flat union. `finish` comes exactly once, last; a stream that ends without it is a broken one. */
export type StreamPart =
  | { type: 'text'; text: string }
  | { type: 'reasoning'; text: string }
  | { type: 'finish'; reason: FinishReason; rawReason: string | null; usage: Usage };

/** The far side of the network. One streaming method; a whole answer is a fold over it. */
export interface Provider {
  readonly id: ProviderId;
  /** @throws ProviderError; aborting `signal` closes the connection and ends the stream with its reason. */
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<StreamPart>;
}

export type ProviderErrorCode = Extract<
  RunErrorCode,
  | 'CONTEXT_TOO_LONG'
  | 'MODEL_NOT_FOUND'
  | 'PROVIDER_AUTH'
  | 'PROVIDER_BAD_REQUEST'
  | 'PROVIDER_RATE_LIMITED'
  | 'PROVIDER_STREAM_BROKEN'
  | 'PROVIDER_TIMEOUT'
  | 'PROVIDER_UNAVAILABLE'
>;

/** A vendor's failure in our words. Retryable is a property of the code, see `RETRYABLE`. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly code: ProviderErrorCode;
  /** HTTP status, when there was an answer. */
  readonly status: number | null;
  /** How long the vendor asked us to wait, in milliseconds. */
  readonly retryAfterMs: number | null;

  constructor(
    code: ProviderErrorCode,
    message: string,
    details: { status?: number | null; retryAfterMs?: number | null; cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause });
    this.code = code;
    this.status = details.status ?? null;
    this.retryAfterMs = details.retryAfterMs ?? null;
  }
}

const RETRYABLE: Record<ProviderErrorCode, boolean> = {
  CONTEXT_TOO_LONG: false,
  MODEL_NOT_FOUND: false,
  PROVIDER_AUTH: false,
  PROVIDER_BAD_REQUEST: false,
  PROVIDER_RATE_LIMITED: true,
  PROVIDER_STREAM_BROKEN: true,
  PROVIDER_TIMEOUT: true,
  PROVIDER_UNAVAILABLE: true,
};

export function isRetryable(error: ProviderError): boolean {
  return RETRYABLE[error.code];
}
