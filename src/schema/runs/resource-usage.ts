import type { ResourceUsage } from '../../rules/models/resource-usage.ts';
import { builder } from '../builder/builder.ts';

export const ResourceUsageType = builder.objectRef<ResourceUsage>('ResourceUsage').implement({
  description: "Resources that models used on the operator's own machine, as reported by Ollama.",
  fields: (t) => ({
    model: t.exposeString('modelName', { description: 'The model; of several, the last.' }),
    seconds: t.exposeFloat('seconds', {
      nullable: true,
      description: 'Processing time, not counting the time to load the model; null: unknown.',
    }),
    memoryGb: t.exposeFloat('memoryGb', {
      nullable: true,
      description: 'Peak memory in 10^9 bytes; null: not reported.',
    }),
    inputTokens: t.exposeFloat('inputTokens', { nullable: true, description: 'Null: not reported.' }),
    outputTokens: t.exposeFloat('outputTokens', { nullable: true, description: 'Null: not reported.' }),
  }),
});
