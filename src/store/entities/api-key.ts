import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { Scope } from '../../vocabulary.ts';
import { timestamps } from './timestamps.ts';
import { User } from './user.ts';

export const ApiKey = defineEntity({
  name: 'ApiKey',
  tableName: 'api_key',
  indexes: [{ properties: ['owner', 'createdAt', 'id'] }],
  properties: {
    id: p.text().primary(),
    owner: () => p.manyToOne(User).mapToPk().deleteRule('cascade').index(),
    name: p.text(),
    /** The first characters, by which a person can recognise the key. */
    prefix: p.text(),
    /** Hexadecimal SHA-256: a key is random, so that a slow hash would add no protection. */
    hash: p.text().unique(),
    /** Hash of the secret that the last rotation replaced; valid until `previousUntil`. */
    previousHash: p.text().unique().nullable(),
    previousUntil: p.datetime(6).nullable(),
    /** null: all scopes. */
    scopes: p.array().$type<readonly Scope[]>().nullable(),
    expiresAt: p.datetime(6).nullable(),
    lastUsedAt: p.datetime(6).nullable(),
    ...timestamps,
  },
});
export type ApiKey = InferEntity<typeof ApiKey>;
