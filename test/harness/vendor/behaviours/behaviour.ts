import type { ProviderErrorCode } from '../../../../src/rules/models/provider-failure.ts';
import type { FinishReason } from '../../../../src/vocabulary.ts';
import type { Kind } from './kinds.ts';

export type Json = Readonly<Record<string, unknown>>;

/** The APIs by which servers are reached: OpenAI's chat completions and Responses, Anthropic's messages, Ollama's own. */
export type Api = 'chat' | 'responses' | 'messages' | 'ollama';

export interface HttpError {
  readonly status: number;
  readonly body: unknown;
}

/** What is to be read from an answer; what is absent is not looked at. */
export interface Meaning {
  readonly text?: string;
  readonly reasoning?: string;
  readonly calls?: readonly { readonly id?: string; readonly name: string; readonly arguments: unknown }[];
  readonly reason?: FinishReason;
  readonly usage?: Readonly<Record<string, number | null>>;
  readonly durations?: Readonly<Record<string, number>>;
  readonly error?: {
    readonly code: ProviderErrorCode;
    readonly status?: number | null;
    readonly says?: RegExp;
  };
}

/** What becomes of a task that is answered so. */
export interface Outcome {
  /** Of the task, beside its prompt. */
  readonly input?: Json;
  /** Requests that are answered so; later ones are answered with words. Default: all. */
  readonly times?: number;
  readonly task: Json;
}

/** An answer that a vendor gives, and what it means. */
export interface Behaviour {
  readonly kind: Kind;
  /** The events of a stream in order, or a body as it is. */
  readonly sent: readonly unknown[] | string;
  /** 200 unless another is given. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly means: Meaning;
  /** What of it the next request to the same model must hold, and one to another model must not. */
  readonly wantsBack?: RegExp;
  readonly makes?: Outcome;
}

/** An entry of a list of models, and what is known from it. */
export interface ListedModel {
  readonly entry: Json;
  readonly means: Json;
}

/** A vendor or a server, as it is. */
export interface Actor {
  readonly speaks: Api;
  /** How it answers a request with a history that it does not take. null: it takes it. */
  readonly refuses?: (body: Json) => HttpError | null;
  /** How it says that it does not take a parameter of this name. */
  readonly lacks?: (parameter: string) => HttpError;
  /** How it refuses a schema for the answer. */
  readonly refusesSchema?: HttpError;
  readonly lists?: Readonly<Record<string, ListedModel>>;
  /** By what is particular about it. The names have no `,` and no `=`. */
  readonly does: Readonly<Record<string, Behaviour>>;
}
