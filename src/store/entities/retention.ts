import { defineEntity, p } from '@mikro-orm/core';
import { RETAINED } from '../../vocabulary.ts';

/** How long something is kept of an account, and how far workers have deleted what has expired. */
export const Retention = defineEntity({
  name: 'Retention',
  tableName: 'retention',
  properties: {
    ownerId: p.text().primary(),
    subject: p.enum(RETAINED).primary(),
    /** null: as long as the installation says. */
    days: p.integer().nullable(),
    /**
     * The last run that was looked at, in the order of their ends; null: none. What has expired of the runs up to it has
     * been deleted.
     */
    endedAt: p.datetime(6).nullable(),
    runId: p.text().nullable(),
    /** When the runs were last looked at from the first one. */
    begunAt: p.datetime(6).nullable(),
  },
});
