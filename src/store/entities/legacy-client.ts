import { defineEntity, p } from '@mikro-orm/core';
import type { Dialect } from '../../vocabulary.ts';

/**
 * Requests of an account to a dialect with one credential and one user agent. No foreign keys: rows are written in
 * batches, some seconds after the requests, and an account or key may have been deleted meanwhile.
 */
export const LegacyClient = defineEntity({
  name: 'LegacyClient',
  tableName: 'legacy_client',
  indexes: [
    { properties: ['createdAt', 'id'] },
    { properties: ['ownerId', 'createdAt', 'id'] },
    {
      name: 'legacy_client_unique',
      expression:
        'create unique index "legacy_client_unique" on "legacy_client" ("owner_id", "origin", "api_key_id", "user_agent") nulls not distinct',
    },
  ],
  properties: {
    id: p.text().primary(),
    ownerId: p.text(),
    origin: p.text().$type<Dialect>(),
    /** null: the requests had a login token or were a guest's. */
    apiKeyId: p.text().nullable(),
    userAgent: p.text(),
    requests: p.bigint(),
    /** Of its first request that was counted. */
    createdAt: p.datetime(6).defaultRaw('clock_timestamp()'),
    lastUsedAt: p.datetime(6).defaultRaw('clock_timestamp()'),
  },
});
