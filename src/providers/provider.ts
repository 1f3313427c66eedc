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

/** A model's wish that a tool be run. */
export interface ToolCall {
  /** Names the call in the message that answers it. */
  id: string;
  name: string;
  /** JSON as the model wrote it, which may not parse. */
  arguments: string;
}

/**
 * What our form of an assistant's turn loses (signed reasoning) and its vendor wants back. It is JSON, to be kept and
 * sent back as it is, to the model that gave it; for others it is passed over.
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

/** Of a conversation of which more is asked later: what vendors need to find its beginning in their caches. */
export interface PromptCache {
  /** The same for all requests of the conversation. */
  key: string;
  /** Whether the next request is likely within minutes. Writing to a cache costs more than not to, where vendors bill it. */
  isReadSoon: boolean;
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
  reasoningEffort?: ReasoningEffort;
  /** The most that is reasoned, a part of `maxTokens`, where the vendor has such a limit. */
  maxReasoningTokens?: number;
  /** Tokens of context that Ollama loads the model with; others ignore it. */
  numCtx?: number;
  /** What the model may call; it is never forced to. */
  tools?: readonly ToolDefinition[];
  /** JSON schema that the answer's text is to match. Vendors differ in how strictly they see to it. */
  responseSchema?: JsonObject;
  /** Absent: nothing of it is sent again. */
  cache?: PromptCache;
}

/** Where the time went, as the vendor tells it, in milliseconds; null is unknown. */
export interface Durations {
  totalMs: number | null;
  loadMs: number | null;
  promptMs: number | null;
  outputMs: number | null;
}

/** One flat union. `finish` comes exactly once, last; a stream that ends without it is a broken one. */
export type StreamPart =
  | { type: 'text'; text: string }
  | { type: 'reasoning'; text: string }
  /** Whole, however many pieces it came in. */
  | ({ type: 'tool_call' } & ToolCall)
  | {
      type: 'finish';
      reason: FinishReason;
      rawReason: string | null;
      usage: Usage;
      durations?: Durations;
      vendorTurn?: VendorTurn;
    };

/** How far the fetching of a model has come; `finish` comes once, last. */
export type PullPart =
  /** @param share 0 to 1, of what is known of by now: it may fall. */
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
  /** Changes with the model; null: unknown. Traits of a digest are asked for once. */
  digest: string | null;
  /** null: they are to be asked for with `traitsOf`, where the provider has it. */
  traits: ModelTraits | null;
}

/** The far side of the network. One streaming method; a whole answer is a fold over it. */
export interface Provider {
  readonly id: ProviderId;
  /**
   * The parts of the answer, as many at a time as came together.
   * @throws ProviderError; aborting `signal` closes the connection and ends the stream with its reason.
   */
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<readonly StreamPart[]>;
  /** Its models, where only the vendor knows them; null: those that come with this build. @throws ProviderError */
  models?(signal: AbortSignal): Promise<ListedModel[] | null>;
  /** Whether the price list is that of its answers; absent: it is. */
  isPriced?(): Promise<boolean>;
  /** What it reports about one of them. @throws ProviderError */
  traitsOf?(model: string, signal: AbortSignal): Promise<ModelTraits>;
  /** Fetches a model that it lacks, where it can. @throws as `stream` does. */
  pull?(model: string, signal: AbortSignal): AsyncIterable<readonly PullPart[]>;
  /** Bytes that a model takes up in memory now, where that is the operator's own; null: it is not loaded. @throws ProviderError */
  memoryOf?(model: string, signal: AbortSignal): Promise<number | null>;
}

/** A vendor's failure in our words. Retryable is a property of the code, see `FAILURES`. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly code: ProviderErrorCode;
  /** HTTP status, when there was an answer. */
  readonly status: number | null;
  /** How long the vendor asked us to wait, in milliseconds. */
  readonly retryAfterMs: number | null;
  /** What the vendor said is wrong, without keys, for rules that read it; empty when it said nothing. */
  readonly said: string;
  /** The parameter that it named beside its words. */
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
