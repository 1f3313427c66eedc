import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { MODEL_CALL_STATUSES, PRICE_SOURCES } from '../../vocabulary.ts';

/**
 * One request to a provider. Written before the request and never fenced: spending has to be recorded,
 * whichever worker holds the run. A null count or cost is unknown, never 0.
 */
export const ModelCall = defineEntity({
  name: 'ModelCall',
  tableName: 'model_call',
  indexes: [
    { name: 'model_call_run', properties: ['runId', 'startedAt', 'id'] },
    { name: 'model_call_model', properties: ['provider', 'model', 'startedAt'] },
  ],
  properties: {
    id: p.text().primary(),
    runId: p.text(),
    attempt: p.integer(),
    provider: p.text(),
    model: p.text(),
    status: p.enum(MODEL_CALL_STATUSES),
    inputTokens: p.integer().nullable(),
    cachedInputTokens: p.integer().nullable(),
    cacheWriteTokens: p.integer().nullable(),
    outputTokens: p.integer().nullable(),
    reasoningTokens: p.integer().nullable(),
    /** US dollars, exact. */
    cost: p.decimal().precision(24).scale(12).nullable(),
    /**
     * US dollars per million tokens; null is unknown. Prices of the catalog are set when the call begins,
     * others when it ends.
     */
    priceSource: p.enum(PRICE_SOURCES).default('list'),
    inputPrice: p.decimal().precision(18).scale(6).nullable(),
    cachedInputPrice: p.decimal().precision(18).scale(6).nullable(),
    /** For input written to the vendor's cache, for five minutes and for an hour; null: the input price. */
    cacheWritePrice: p.decimal().precision(18).scale(6).nullable(),
    cacheWriteHourPrice: p.decimal().precision(18).scale(6).nullable(),
    outputPrice: p.decimal().precision(18).scale(6).nullable(),
    finishReason: p.text().nullable(),
    /** The finish reason as the vendor named it. */
    rawFinishReason: p.text().nullable(),
    errorCode: p.text().nullable(),
    startedAt: p.datetime(6).defaultRaw('clock_timestamp()'),
    timeToFirstTokenMs: p.double().$type<number>().nullable(),
    latencyMs: p.double().$type<number>().nullable(),
  },
});
export type ModelCall = InferEntity<typeof ModelCall>;
