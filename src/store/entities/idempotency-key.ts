import { defineEntity, p } from '@mikro-orm/core';
import { Run } from './run.ts';

/** Makes a repeated request find the run that its first one made. Lives as long as that run. */
export const IdempotencyKey = defineEntity({
  name: 'IdempotencyKey',
  tableName: 'idempotency_key',
  properties: {
    ownerId: p.text().primary(),
    key: p.text().primary(),
    /** SHA-256 of what was asked for; another body under the same key is a conflict. */
    bodyHash: p.text(),
    run: () => p.manyToOne(Run).mapToPk().deleteRule('cascade').index(),
    createdAt: p.datetime(6).defaultRaw('now()'),
  },
});
