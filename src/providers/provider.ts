import type { JsonObject } from '../rules/json/json-object.ts';
import { FAILURES, type ProviderErrorCode } from '../rules/models/provider-failure.ts';
import type { Usage } from '../rules/money/money.ts';
import type { FinishReason, ModelCapability, ProviderId, ReasoningEffort } from '../vocabulary.ts';

export interface ToolDefinition {
  name: string;
  description: string;
  /** JSON schema of an object. */
  parameters: JsonObject;
}

/** A tool call requested by a model. */
export interface ToolCall {
  /** Identifies the call in the message with its result. */
  id: string;
  name: string;
  /** JSON as written by the model, which may be invalid. */
  arguments: string;
}

/**
 * Parts of an assistant's turn that our format lacks (signed reasoning) and its vendor requires. It is JSON,
 * stored and sent back unchanged to the model that created it, and ignored for others.
 */
export interface VendorTurn {
  provider: ProviderId;
  /** Absent in turns of before 2026-11-29. */
  model?: string;
  /** Which of the vendor's APIs the content is for; absent: the default one. */
  api?: 'responses';
  content: unknown;
}

export type ModelMessage =
  | { role: 'system' | 'user'; content: string }
  | { role: 'assistant'; content: string; toolCalls?: readonly ToolCall[]; vendorTurn?: VendorTurn }
  /** A tool's result. */
  | { role: 'tool'; content: string; toolCallId: string; toolName: string };

/** For a conversation that will continue: lets vendors find its beginning in their caches. */
export interface PromptCache {
  /** The same for all requests of the conversation. */
  key: string;
  /**
   * Whether the next request is likely within minutes. Writing to a cache costs extra where vendors bill it.
   */
  isReadSoon: boolean;
}

/** A request in a common form for all vendors. For absent settings the vendor's defaults apply. */
export interface ModelRequest {
  /** The vendor's id of the model, verbatim. */
  model: string;
  messages: readonly ModelMessage[];
  temperature?: number;
  topP?: number;
  maxTokens?: number;
  stop?: readonly string[];
  seed?: number;
  reasoningEffort?: ReasoningEffort;
  /** Maximum tokens of reasoning, included in `maxTokens`, if the vendor has such a limit. */
  maxReasoningTokens?: number;
  /** Context size in tokens with which Ollama loads the model; ignored by others. */
  numCtx?: number;
  /** The tools the model may call; it is never forced to. */
  tools?: readonly ToolDefinition[];
  /** A JSON Schema for the text of the answer. Vendors differ in how strictly they enforce it. */
  responseSchema?: JsonObject;
  /** Absent: it will not be sent again. */
  cache?: PromptCache;
}

/** Where the time went, as reported by the vendor, in milliseconds; null is unknown. */
export interface Durations {
  totalMs: number | null;
  loadMs: number | null;
  promptMs: number | null;
  outputMs: number | null;
}

/** One flat union. `finish` comes exactly once, last; a stream that ends without it is incomplete. */
export type StreamPart =
  | { type: 'text'; text: string }
  | { type: 'reasoning'; text: string }
  /** Complete, however many pieces it came in. */
  | ({ type: 'tool_call' } & ToolCall)
  | {
      type: 'finish';
      reason: FinishReason;
      rawReason: string | null;
      usage: Usage;
      durations?: Durations;
      vendorTurn?: VendorTurn;
    };

/** Progress of downloading a model; `finish` comes once, last. */
export type PullPart =
  /** @param share 0 to 1, of the layers known so far: it may decrease */
  { type: 'progress'; share: number } | { type: 'finish' };

/** What a server reports about one of its models. */
export interface ModelTraits {
  /** Tokens; null: unknown. */
  contextWindow: number | null;
  capabilities: readonly ModelCapability[];
  /** null: unknown. */
  callsTools: boolean | null;
}

export interface ListedModel {
  id: string;
  /** Changes with the model; null: unknown. Traits are requested once per digest. */
  digest: string | null;
  /** null: request them with `traitsOf`, if the provider has it. */
  traits: ModelTraits | null;
}

/** A model vendor. One streaming method; a complete answer is assembled from it. */
export interface Provider {
  readonly id: ProviderId;
  /**
   * The parts of the answer, as many at a time as arrived together.
   * @throws ProviderError; aborting `signal` closes the connection and ends the stream with its reason
   */
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<readonly StreamPart[]>;
  /** Its models, if only the vendor knows them; null: those of this release. @throws ProviderError */
  models?(signal: AbortSignal): Promise<ListedModel[] | null>;
  /** Whether the price list applies to it; absent: it does. */
  isPriced?(): Promise<boolean>;
  /** What it reports about one of them. @throws ProviderError */
  traitsOf?(model: string, signal: AbortSignal): Promise<ModelTraits>;
  /** Downloads a model, if supported. @throws as `stream` */
  pull?(model: string, signal: AbortSignal): AsyncIterable<readonly PullPart[]>;
  /**
   * Bytes of memory that a model occupies, on the operator's own machine; null: it is not loaded. @throws
   * ProviderError
   */
  memoryOf?(model: string, signal: AbortSignal): Promise<number | null>;
}

/** An error of a vendor. Whether it is retryable depends on the code, see `FAILURES`. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly code: ProviderErrorCode;
  /** HTTP status, if there was a response. */
  readonly status: number | null;
  /** Delay requested by the vendor, in milliseconds. */
  readonly retryAfterMs: number | null;
  /** The vendor's error message without keys, for rules that examine it; empty if there was none. */
  readonly said: string;
  /** The parameter that it named separately. */
  readonly parameter: string | null;

  constructor(
    code: ProviderErrorCode,
    message: string,
    details: {
      status?: number | null;
      retryAfterMs?: number | null;
      said?: string;
      parameter?: string | null;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: details.cause });
    this.code = code;
    this.status = details.status ?? null;
    this.retryAfterMs = details.retryAfterMs ?? null;
    this.said = details.said ?? '';
    this.parameter = details.parameter ?? null;
  }
}

export function isRetryable(error: ProviderError): boolean {
  return FAILURES[error.code] === 'passing';
}
