import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { MODEL_CALL_STATUSES } from '../../vocabulary.ts';

/**
 * One request to a provider. Written before the request and never fenced: money that was spent was spent,
 * whoever holds the run by now. A null count or cost is unknown, never 0.
 */
export const ModelCall = defineEntity({
  name: 'ModelCall',
  tableName: 'model_call',
  indexes: [{ name: 'model_call_run', properties: ['runId', 'startedAt', 'id'] }],
  properties: {
    id: p.text().primary(),
    runId: p.text(),
    attempt: p.integer(),
    provider: p.text(),
    model: p.text(),
    status: p.enum(MODEL_CALL_STATUSES),
    inputTokens: p.integer().nullable(),
    cachedInputTokens: p.integer().nullable(),
    outputTokens: p.integer().nullable(),
    reasoningTokens: p.integer().nullable(),
    /** US dollars, exact. */
    cost: p.decimal().precision(24).scale(12).nullable(),
    finishReason: p.text().nullable(),
    /** The vendor's own word. */
    rawFinishReason: p.text().nullable(),
    errorCode: p.text().nullable(),
    startedAt: p.datetime(6).defaultRaw('clock_timestamp()'),
    timeToFirstTokenMs: p.double().$type<number>().nullable(),
    latencyMs: p.double().$type<number>().nullable(),
  },
});
export type ModelCall = InferEntity<typeof ModelCall>;
