import type { SpendRow } from '../../store/money/model-call-reports.ts';
import { builder } from '../builder/builder.ts';

export const UsageType = builder
  .objectRef<Omit<SpendRow, 'runId' | 'cost' | 'costComplete'>>('Usage')
  .implement({
    description: 'Tokens of all model calls of a run, as far as the providers told.',
    // Sums outgrow GraphQL's Int of 32 bits.
    fields: (t) => ({
      inputTokens: t.exposeFloat('inputTokens', { description: 'Tokens sent.' }),
      cachedInputTokens: t.exposeFloat('cachedInputTokens', {
        description: "The part of `inputTokens` that came from providers' caches.",
      }),
      cacheWriteTokens: t.exposeFloat('cacheWriteTokens', {
        description: "The part of `inputTokens` that was written to providers' caches.",
      }),
      outputTokens: t.exposeFloat('outputTokens', { description: 'Tokens generated.' }),
    }),
  });

/** Of a run without model calls. */
export const NO_SPEND = {
  cost: 0,
  costComplete: true,
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
};
