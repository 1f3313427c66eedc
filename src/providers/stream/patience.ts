import { LRUCache } from 'lru-cache';
import { firstPartMs, type Rates, slower, withMeasure } from '../../rules/models/first-token.ts';
import type { Origin } from '../history/origin.ts';
import type { ModelRequest } from '../provider.ts';
import type { QuirkMemory } from '../quirks/memory.ts';
import { estimateTokens } from './estimate-tokens.ts';
import type { Patience } from './watch-stream.ts';

const MOST_MODELS = 1_000;

/**
 * How long to wait for answers of a provider's models, by the length of each prompt and the model's past
 * answers.
 */
export function createPatience(base: Patience, usual: Rates, quirks: QuirkMemory) {
  const shown = new LRUCache<string, Rates>({ max: MOST_MODELS });
  return async (origin: Origin, request: ModelRequest): Promise<Patience> => {
    const own = await quirks.firstTokenMsOf(origin);
    const rates = shown.get(origin.model) ?? usual;
    const firstMs = own ?? firstPartMs(base.firstPartMs, estimateTokens(request), rates);
    return {
      ...base,
      firstPartMs: firstMs,
      ...(own !== null && { withPingsMs: own }),
      onFinish(waitedMs, { inputTokens, cachedInputTokens }) {
        const fresh = (inputTokens ?? 0) - (cachedInputTokens ?? 0);
        const measured = withMeasure(shown.get(origin.model) ?? usual, fresh, waitedMs);
        // Without a count of cached tokens a cached prompt looks like a fast one.
        const assumed =
          cachedInputTokens === null ? Math.min(measured.assumed, usual.assumed) : measured.assumed;
        shown.set(origin.model, { ...measured, assumed });
      },
      onSilence: () => void shown.set(origin.model, slower(rates)),
    };
  };
}
