import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { STEP_STATUSES } from '../../vocabulary.ts';
import { Run } from './run.ts';

/**
 * A checkpoint: what a run need not repeat when another worker continues it. Written under the run's epoch.
 */
export const Step = defineEntity({
  name: 'Step',
  tableName: 'step',
  properties: {
    run: () => p.manyToOne(Run).primary().mapToPk().deleteRule('cascade').index(false),
    /** Unique within its run, and the same each time the run reaches it. */
    key: p.text().primary(),
    /** In the order in which they began, from 1. */
    position: p.integer(),
    status: p.enum(STEP_STATUSES),
    /** Its result, in a format defined by its writer. */
    output: p.json<unknown>().nullable(),
    startedAt: p.datetime(6).defaultRaw('clock_timestamp()'),
    completedAt: p.datetime(6).nullable(),
  },
});
export type Step = InferEntity<typeof Step>;
