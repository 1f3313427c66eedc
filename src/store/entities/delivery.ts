import { defineEntity, p } from '@mikro-orm/core';
import type { RunEnd } from '../../rules/runs/run-end.ts';
import { DELIVERY_STATUSES } from '../../vocabulary.ts';
import { Integration } from './integration.ts';
import { timestamps } from './timestamps.ts';

/** A run's end as one integration is told of it: made by the transaction that ends the run, kept when that is deleted. */
export const Delivery = defineEntity({
  name: 'Delivery',
  tableName: 'delivery',
  indexes: [
    {
      name: 'delivery_integration_created',
      expression:
        'create index "delivery_integration_created" on "delivery" ("integration_id", "created_at" desc, "id" desc)',
    },
    {
      name: 'delivery_pending',
      expression: `create index "delivery_pending" on "delivery" ("integration_id", "next_try_at") where "status" = 'pending'`,
    },
    {
      // An expression, so that no statement about one integration chooses it.
      name: 'delivery_due',
      expression: `create index "delivery_due" on "delivery" (("next_try_at" at time zone 'UTC')) where "status" = 'pending'`,
    },
  ],
  // A run that is tried again ends anew, with a later event.
  uniques: [{ name: 'delivery_once', properties: ['integration', 'runId', 'seq'] }],
  properties: {
    /** The receiver knows it as `webhook-id`. */
    id: p.text().primary(),
    integration: () => p.manyToOne(Integration).mapToPk().deleteRule('cascade').index(false),
    runId: p.text(),
    /** Of the event that ended the run. */
    seq: p.integer(),
    runEnd: p.json<RunEnd>(),
    status: p.enum(DELIVERY_STATUSES).default('pending'),
    /** Tries that began, since it was made or last asked for again. */
    attempts: p.integer().default(0),
    /** The HTTP status that the last try was answered with. */
    responseStatus: p.integer().nullable(),
    /** Why the last try failed. */
    error: p.text().nullable(),
    /** Null when there is none left. While a try goes on: when it is given up for lost. */
    nextTryAt: p.datetime(6).nullable(),
    lastTriedAt: p.datetime(6).nullable(),
    deliveredAt: p.datetime(6).nullable(),
    ...timestamps,
  },
});
