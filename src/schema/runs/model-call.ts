import type { ModelCallRow } from '../../store/money/model-call-reports.ts';
import { builder } from '../builder/builder.ts';
import { FinishReasonEnum, ModelCallStatusEnum, ProviderEnum } from '../builder/enums.ts';

export const ModelCallType = builder.objectRef<ModelCallRow>('ModelCall').implement({
  description: 'One request to a provider. Counts and costs that the provider did not tell are null, not 0.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The `callId` of the events of this call.' }),
    model: t.exposeString('model', { description: "The model's id as it was sent to the provider." }),
    provider: t.field({
      type: ProviderEnum,
      description: 'Who served it.',
      resolve: (call) => call.provider as never,
    }),
    status: t.expose('status', { type: ModelCallStatusEnum, description: 'Where it stands.' }),
    attempt: t.exposeInt('attempt', { description: 'The attempt of the run that made it.' }),
    inputTokens: t.exposeInt('inputTokens', { nullable: true, description: 'Tokens sent.' }),
    cachedInputTokens: t.exposeInt('cachedInputTokens', {
      nullable: true,
      description: "The part of `inputTokens` that came from the provider's cache.",
    }),
    cacheWriteTokens: t.exposeInt('cacheWriteTokens', {
      nullable: true,
      description:
        "The part of `inputTokens` that was written to the provider's cache, at a price of its own.",
    }),
    outputTokens: t.exposeInt('outputTokens', { nullable: true, description: 'Tokens generated.' }),
    reasoningTokens: t.exposeInt('reasoningTokens', {
      nullable: true,
      description: 'The part of `outputTokens` that was reasoning.',
    }),
    cost: t.exposeFloat('cost', { nullable: true, description: 'US dollars; null while unknown.' }),
    finishReason: t.field({
      type: FinishReasonEnum,
      nullable: true,
      description: 'Why the model stopped.',
      resolve: (call) => call.finishReason as never,
    }),
    rawFinishReason: t.exposeString('rawFinishReason', {
      nullable: true,
      description: "In the provider's own word.",
    }),
    errorCode: t.exposeString('errorCode', { nullable: true, description: 'Why it failed.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it was made.' }),
    timeToFirstTokenMs: t.exposeFloat('timeToFirstTokenMs', {
      nullable: true,
      description: 'Milliseconds from the request to its first token.',
    }),
    latencyMs: t.exposeFloat('latencyMs', {
      nullable: true,
      description: 'Milliseconds from the request to its end.',
    }),
  }),
});
