import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { timestamps } from './timestamps.ts';
import { User } from './user.ts';

export const ApiKey = defineEntity({
  name: 'ApiKey',
  tableName: 'api_key',
  properties: {
    id: p.text().primary(),
    owner: () => p.manyToOne(User).mapToPk().deleteRule('cascade').index(),
    name: p.text(),
    /** The first characters, so that a person can tell keys apart. */
    prefix: p.text(),
    /** SHA-256 in hex: a key is random, so that a slow hash would protect nothing. */
    hash: p.text().unique(),
    expiresAt: p.datetime(6).nullable(),
    lastUsedAt: p.datetime(6).nullable(),
    ...timestamps,
  },
});
export type ApiKey = InferEntity<typeof ApiKey>;
