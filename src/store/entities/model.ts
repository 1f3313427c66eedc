import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { timestamps } from './timestamps.ts';
import { User } from './user.ts';

/** The catalog. Prices are US dollars per million tokens; null is unknown, which is not free. */
export const Model = defineEntity({
  name: 'Model',
  tableName: 'model',
  indexes: [
    {
      name: 'model_key',
      expression:
        'create unique index "model_key" on "model" ("owner_id", "provider", "model_id") nulls not distinct',
    },
  ],
  properties: {
    id: p.text().primary(),
    /** null: built in, everybody's to read. */
    owner: () => p.manyToOne(User).mapToPk().deleteRule('cascade').nullable(),
    provider: p.text(),
    /** The vendor's id, sent verbatim. */
    modelId: p.text(),
    name: p.text(),
    /** Among equals the lower number is chosen. */
    rank: p.integer().default(1000),
    aliases: p.array().defaultRaw(`'{}'`),
    capabilities: p.array().defaultRaw(`'{}'`),
    contextWindow: p.integer().nullable(),
    maxOutput: p.integer().nullable(),
    inputPrice: p.decimal().precision(18).scale(6).nullable(),
    cachedInputPrice: p.decimal().precision(18).scale(6).nullable(),
    outputPrice: p.decimal().precision(18).scale(6).nullable(),
    supportsVision: p.boolean().default(false),
    supportsFunctionCalling: p.boolean().default(false),
    isActive: p.boolean().default(true),
    ...timestamps,
  },
});
export type Model = InferEntity<typeof Model>;
