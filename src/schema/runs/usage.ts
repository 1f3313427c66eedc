import type { SpendRow } from '../../store/money/model-call-reports.ts';
import { builder } from '../builder/builder.ts';

export const UsageType = builder
  .objectRef<Omit<SpendRow, 'runId' | 'cost' | 'costComplete'>>('Usage')
  .implement({
    description: 'Tokens of all model calls of a run, as far as the providers reported them.',
    // Sums outgrow GraphQL's Int of 32 bits.
    fields: (t) => ({
      inputTokens: t.exposeFloat('inputTokens', { description: 'Tokens sent.' }),
      cachedInputTokens: t.exposeFloat('cachedInputTokens', {
        description: 'Part of `inputTokens` read from the caches of providers.',
      }),
      cacheWriteTokens: t.exposeFloat('cacheWriteTokens', {
        description: 'Part of `inputTokens` written to the caches of providers.',
      }),
      outputTokens: t.exposeFloat('outputTokens', { description: 'Tokens generated.' }),
    }),
  });

/** Usage of a run without model calls. */
export const NO_SPEND = {
  cost: 0,
  costComplete: true,
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
};
