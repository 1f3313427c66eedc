import type { ModelCallRow } from '../../store/money/model-call-reports.ts';
import { builder } from '../builder/builder.ts';
import { FinishReasonEnum, ModelCallStatusEnum, ProviderEnum } from '../builder/model-enums.ts';

export const ModelCallType = builder.objectRef<ModelCallRow>('ModelCall');
builder.node(ModelCallType, {
  description:
    'One request to a provider. Counts and costs that the provider did not report are null, not 0.',
  id: { description: '`callId` in the events of this call.', resolve: ({ id }) => id },
  fields: (t) => ({
    model: t.exposeString('model', { description: 'Id of the model as sent to the provider.' }),
    provider: t.field({
      type: ProviderEnum,
      description: 'Who served it.',
      resolve: (call) => call.provider,
    }),
    status: t.expose('status', { type: ModelCallStatusEnum, description: 'Its status.' }),
    attempt: t.exposeInt('attempt', { description: 'The attempt of the run to which it belongs.' }),
    inputTokens: t.exposeInt('inputTokens', { nullable: true, description: 'Tokens sent.' }),
    cachedInputTokens: t.exposeInt('cachedInputTokens', {
      nullable: true,
      description: 'Part of `inputTokens` read from the cache of the provider.',
    }),
    cacheWriteTokens: t.exposeInt('cacheWriteTokens', {
      nullable: true,
      description: 'Part of `inputTokens` written to the cache of the provider, which has a separate price.',
    }),
    outputTokens: t.exposeInt('outputTokens', { nullable: true, description: 'Tokens generated.' }),
    reasoningTokens: t.exposeInt('reasoningTokens', {
      nullable: true,
      description: 'Part of `outputTokens` used for reasoning.',
    }),
    cost: t.exposeFloat('cost', { nullable: true, description: 'US dollars; null while unknown.' }),
    finishReason: t.field({
      type: FinishReasonEnum,
      nullable: true,
      description: 'Why the model stopped.',
      resolve: (call) => call.finishReason,
    }),
    rawFinishReason: t.exposeString('rawFinishReason', {
      nullable: true,
      description: 'The finish reason as the provider named it.',
    }),
    errorCode: t.exposeString('errorCode', { nullable: true, description: 'The error, if it failed.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it was created.' }),
    timeToFirstTokenMs: t.exposeFloat('timeToFirstTokenMs', {
      nullable: true,
      description: 'Milliseconds from the request to its first token.',
    }),
    durationMs: t.exposeFloat('latencyMs', {
      nullable: true,
      description: 'Milliseconds from the request to its end.',
    }),
  }),
});
