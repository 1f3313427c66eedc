import { defineEntity, p } from '@mikro-orm/core';
import type { RunEnd } from '../../rules/runs/run-end.ts';
import { DELIVERY_STATUSES } from '../../vocabulary.ts';
import { Integration } from './integration.ts';
import { timestamps } from './timestamps.ts';

/**
 * The end of a run as sent to one integration: created by the transaction that ends the run, kept when the
 * run is deleted.
 */
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
      // An expression, so that the planner does not use it for statements about one integration.
      name: 'delivery_due',
      expression: `create index "delivery_due" on "delivery" (("next_try_at" at time zone 'UTC')) where "status" = 'pending'`,
    },
  ],
  // A retried run ends again, with a later event.
  uniques: [{ name: 'delivery_once', properties: ['integration', 'runId', 'seq'] }],
  properties: {
    /** Sent to the receiver as `webhook-id`. */
    id: p.text().primary(),
    integration: () => p.manyToOne(Integration).mapToPk().deleteRule('cascade').index(false),
    runId: p.text(),
    /** Seq of the event that ended the run. */
    seq: p.integer(),
    runEnd: p.json<RunEnd>(),
    status: p.enum(DELIVERY_STATUSES).default('pending'),
    /** Attempts begun since it was created or last redelivered. */
    attempts: p.integer().default(0),
    /** HTTP status of the response to the last attempt. */
    responseStatus: p.integer().nullable(),
    /** Error of the last attempt. */
    error: p.text().nullable(),
    /** Null when no attempt is left. During an attempt: when it is considered lost. */
    nextTryAt: p.datetime(6).nullable(),
    lastTriedAt: p.datetime(6).nullable(),
    deliveredAt: p.datetime(6).nullable(),
    ...timestamps,
  },
});
