import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { ModelAbility, ModelCapability, ProviderId } from '../../vocabulary.ts';
import { timestamps } from './timestamps.ts';
import { User } from './user.ts';

/** The catalog of models. */
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
    /** null: built in, readable by all accounts. */
    owner: () => p.manyToOne(User).mapToPk().deleteRule('cascade').nullable(),
    provider: p.text().$type<ProviderId>(),
    /** The vendor's id, sent verbatim. */
    modelId: p.text(),
    name: p.text(),
    /** Among equals the lower rank is chosen. */
    rank: p.integer().default(1000),
    aliases: p.array().$type<readonly string[]>().defaultRaw(`'{}'`),
    version: p.text().nullable(),
    capabilities: p.array().$type<readonly ModelCapability[]>().defaultRaw(`'{}'`),
    /** Keywords for what it is good at, in lower case. */
    specialties: p.array().$type<readonly string[]>().defaultRaw(`'{}'`),
    contextWindow: p.integer().nullable(),
    maxOutput: p.integer().nullable(),
    /** How long its server may take until the first token; null: estimated from the length of the prompt. */
    firstTokenSeconds: p.integer().nullable(),
    /**
     * US dollars per million tokens; null: those of the price list. Those of a built-in model, set by an admin, decide
     * costs; those of an account's own model are only shown and used to compare models.
     */
    inputPrice: p.decimal().precision(18).scale(6).nullable(),
    cachedInputPrice: p.decimal().precision(18).scale(6).nullable(),
    /** For input written to the vendor's cache, for five minutes and for an hour; null: the input price. */
    cacheWritePrice: p.decimal().precision(18).scale(6).nullable(),
    cacheWriteHourPrice: p.decimal().precision(18).scale(6).nullable(),
    outputPrice: p.decimal().precision(18).scale(6).nullable(),
    supportsVision: p.boolean().default(false),
    supportsFunctionCalling: p.boolean().default(false),
    /** Abilities that it lacks according to its server. */
    lacks: p.array().$type<readonly ModelAbility[]>().defaultRaw(`'{}'`),
    /** Version of what its server reported about it, which is requested once; null: not yet reported. */
    digest: p.text().nullable(),
    /** Whether the prices of the price list apply to its server. */
    isListed: p.boolean().default(true),
    /** For a custom model: the base URL of its server. */
    baseUrl: p.text().nullable(),
    /** Encrypted; null: its server needs none. */
    sealedApiKey: p.text().nullable(),
    /** Adjustments to requests, learned from requests that its server rejected. */
    quirks: p.array().$type<readonly string[]>().defaultRaw(`'{}'`),
    /** Whether users enabled it. */
    isActive: p.boolean().default(true),
    /** Whether its provider still offers it, for providers that list their own models. */
    isPresent: p.boolean().default(true),
    /** An admin changed a built-in model: later releases do not update it. */
    isEdited: p.boolean().default(false),
    ...timestamps,
  },
});
export type Model = InferEntity<typeof Model>;
