import type { SpendRow } from '../store/model-call-reports.ts';
import { builder } from './builder.ts';

export const UsageType = builder
  .objectRef<Pick<SpendRow, 'inputTokens' | 'outputTokens'>>('Usage')
  .implement({
    description: 'Tokens of all model calls of a run, as far as the providers told.',
    // Sums outgrow GraphQL's Int of 32 bits.
    fields: (t) => ({
      inputTokens: t.exposeFloat('inputTokens', { description: 'Tokens sent.' }),
      outputTokens: t.exposeFloat('outputTokens', { description: 'Tokens generated.' }),
    }),
  });

/** Of a run without model calls. */
export const NO_SPEND = { cost: 0, costComplete: true, inputTokens: 0, outputTokens: 0 };
