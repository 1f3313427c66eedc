import { LRUCache } from 'lru-cache';
import type { ModelRequest } from '../provider.ts';
import { estimateTokens } from '../stream/estimate-tokens.ts';

/** Ollama's default for requests without a context size. https://docs.ollama.com/context-length */
const DEFAULT = 4_096;
/** Tokens for an answer of unknown length. */
const ANSWER_TOKENS = 2_048;
/** Limit for models with an unknown window: with a size that does not fit into memory all requests fail. */
const MOST_UNKNOWN = 32_768;
const MOST_MODELS = 200;
/** Longer than a model stays loaded after its last request, 5 minutes by default. */
const LOADED_MS = 10 * 60_000;

export interface ContextSizes {
  /** `num_ctx` of a request; null: the server's default. */
  of(request: ModelRequest, window: number | null): number | null;
}

/**
 * The context size with which Ollama should load a model. Another size reloads the model, so there are few
 * sizes, each twice the previous one, and a model that needed a large one keeps it while it is in use.
 */
export function createContextSizes(): ContextSizes {
  const inUse = new LRUCache<string, number>({ max: MOST_MODELS, ttl: LOADED_MS });
  return {
    of(request, window) {
      const most = window ?? MOST_UNKNOWN;
      if (request.numCtx !== undefined) return Math.min(request.numCtx, window ?? request.numCtx);
      const needed = Math.ceil(estimateTokens(request)) + (request.maxTokens ?? ANSWER_TOKENS);
      let size = inUse.get(request.model) ?? DEFAULT;
      while (size < needed && size < most) size *= 2;
      if (size === DEFAULT) return null;
      // Requests that need less do not extend its use.
      if (needed > size / 2) inUse.set(request.model, size);
      return Math.min(size, most);
    },
  };
}
