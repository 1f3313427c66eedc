import type { Quota, QuotaState } from '../../store/accounts/quotas.ts';
import { builder } from '../builder/builder.ts';

const QuotaType = builder.objectRef<{ used: number; limit: number }>('Quota').implement({
  description: 'A quota of an account.',
  fields: (t) => ({
    used: t.exposeFloat('used', {
      description: 'Amount in use. The output of a running task is added in steps of 16 KB.',
    }),
    limit: t.exposeFloat('limit', { description: 'Maximum amount.' }),
  }),
});

function quotaOf(quota: Quota) {
  return ({ used, limits }: QuotaState) => ({ used: Math.max(0, used[quota]), limit: limits[quota] });
}

export const UserQuotasType = builder.objectRef<QuotaState>('UserQuotas').implement({
  description: 'Storage quotas of an account. Deleting an object frees its share at once.',
  fields: (t) => ({
    runs: t.field({
      type: QuotaType,
      description: 'Number of tasks, executions and orchestrations, including those created by another run.',
      resolve: quotaOf('runs'),
    }),
    objects: t.field({
      type: QuotaType,
      description:
        'Number of sessions, threads, agents, templates, workflows, integrations, API keys and models.',
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
