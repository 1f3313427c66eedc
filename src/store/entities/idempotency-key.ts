import { defineEntity, p } from '@mikro-orm/core';
import { Run } from './run.ts';

/** Lets a repeated request find the run created by the first one. Exists as long as that run. */
export const IdempotencyKey = defineEntity({
  name: 'IdempotencyKey',
  tableName: 'idempotency_key',
  properties: {
    ownerId: p.text().primary(),
    key: p.text().primary(),
    /** SHA-256 of the request; another body with the same key is a conflict. */
    bodyHash: p.text(),
    run: () => p.manyToOne(Run).mapToPk().deleteRule('cascade').index(),
    createdAt: p.datetime(6).defaultRaw('now()'),
  },
});
