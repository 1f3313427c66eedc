import type { ResourceUsage } from '../../rules/models/resource-usage.ts';
import { builder } from '../builder/builder.ts';

export const ResourceUsageType = builder.objectRef<ResourceUsage>('ResourceUsage').implement({
  description: "What models on the operator's own machine used, as Ollama tells.",
  fields: (t) => ({
    modelName: t.exposeString('modelName', { description: 'The model; of several, the last.' }),
    seconds: t.exposeFloat('seconds', {
      nullable: true,
      description: 'Its time at work, without the loading of the model; null: unknown.',
    }),
    memoryGb: t.exposeFloat('memoryGb', {
      nullable: true,
      description: 'The most memory that it took, in 10^9 bytes; null: not told.',
    }),
    inputTokens: t.exposeFloat('inputTokens', { nullable: true, description: 'Null: not told.' }),
    outputTokens: t.exposeFloat('outputTokens', { nullable: true, description: 'Null: not told.' }),
  }),
});
