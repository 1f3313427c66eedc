import type { Quota, QuotaState } from '../store/quotas.ts';
import { builder } from './builder.ts';

const QuotaType = builder.objectRef<{ used: number; limit: number }>('Quota').implement({
  description: 'How much of something an account keeps, and may keep.',
  fields: (t) => ({
    used: t.exposeFloat('used', {
      description: 'What is kept now. The output of a running task is added in portions of 16 KB.',
    }),
    limit: t.exposeFloat('limit', { description: 'The most that may be kept.' }),
  }),
});

function quotaOf(quota: Quota) {
  return ({ used, limits }: QuotaState) => ({ used: Math.max(0, used[quota]), limit: limits[quota] });
}

export const UserQuotasType = builder.objectRef<QuotaState>('UserQuotas').implement({
  description: 'What an account keeps and may keep. Deleting something frees its part at once.',
  fields: (t) => ({
    runs: t.field({
      type: QuotaType,
      description: 'Tasks, executions and orchestrations together, with those that are parts of others.',
      resolve: quotaOf('runs'),
    }),
    objects: t.field({
      type: QuotaType,
      description:
        'Sessions, threads, agents, templates, workflows, integrations, API keys and models together.',
      resolve: quotaOf('objects'),
    }),
    bytes: t.field({
      type: QuotaType,
      description:
        'UTF-8 bytes of prompts, contexts, parameters, definitions, events, results and artifacts, before compression.',
      resolve: quotaOf('bytes'),
    }),
  }),
});
