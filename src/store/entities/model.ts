import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { timestamps } from './timestamps.ts';
import { User } from './user.ts';

/** The catalog. */
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
    version: p.text().nullable(),
    capabilities: p.array().defaultRaw(`'{}'`),
    /** What people say it is good at, in lower case. */
    specialties: p.array().defaultRaw(`'{}'`),
    contextWindow: p.integer().nullable(),
    maxOutput: p.integer().nullable(),
    /** How long its server may take to the first token; null: by the length of the prompt. */
    firstTokenSeconds: p.integer().nullable(),
    /** An admin's word on prices, US dollars per million tokens; null: the price list's. */
    inputPrice: p.decimal().precision(18).scale(6).nullable(),
    cachedInputPrice: p.decimal().precision(18).scale(6).nullable(),
    /** Of what is written to the vendor's cache, for five minutes and for an hour; null: as much as any other input. */
    cacheWritePrice: p.decimal().precision(18).scale(6).nullable(),
    cacheWriteHourPrice: p.decimal().precision(18).scale(6).nullable(),
    outputPrice: p.decimal().precision(18).scale(6).nullable(),
    supportsVision: p.boolean().default(false),
    supportsFunctionCalling: p.boolean().default(false),
    /** Abilities that its server reports it does not have. */
    lacks: p.array().defaultRaw(`'{}'`),
    /** Of what its server reported about it, which is asked for once; null: not yet reported. */
    digest: p.text().nullable(),
    /** Whether the price list's prices are those of the server that has it. */
    isListed: p.boolean().default(true),
    /** Of a custom model: where it is served. */
    baseUrl: p.text().nullable(),
    /** Sealed; null: its server wants none. */
    sealedApiKey: p.text().nullable(),
    /** What its server takes differently, as its refusals showed. */
    quirks: p.array().defaultRaw(`'{}'`),
    /** Whether users enabled it. */
    isActive: p.boolean().default(true),
    /** Whether its provider, where only that one knows, still has it. */
    isPresent: p.boolean().default(true),
    /** An admin changed a model of ours: later builds leave it as it is. */
    isEdited: p.boolean().default(false),
    ...timestamps,
  },
});
export type Model = InferEntity<typeof Model>;
