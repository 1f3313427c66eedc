import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { Schedule } from '../../rules/workflows/schedule.ts';
import type { WorkflowStep } from '../../rules/workflows/workflow.ts';
import type { Origin } from '../../vocabulary.ts';
import { timestamps } from './timestamps.ts';
import { User } from './user.ts';

/** A graph of steps in its current version; an execution keeps the definition that it began with. */
export const Workflow = defineEntity({
  name: 'Workflow',
  tableName: 'workflow',
  indexes: [
    {
      name: 'workflow_owner_created',
      expression:
        'create index "workflow_owner_created" on "workflow" ("owner_id", "created_at" desc, "id" desc)',
    },
    {
      name: 'workflow_due',
      expression:
        'create index "workflow_due" on "workflow" ("owner_id", "next_run_at") where "next_run_at" is not null',
    },
    {
      name: 'workflow_next',
      expression:
        'create index "workflow_next" on "workflow" ("next_run_at") where "next_run_at" is not null',
    },
  ],
  properties: {
    id: p.text().primary(),
    owner: () => p.manyToOne(User).mapToPk().index(false),
    origin: p.text().$type<Origin>(),
    name: p.text(),
    description: p.text().nullable(),
    steps: p.json<WorkflowStep[]>(),
    /** Maximum seconds of an execution. */
    timeoutSeconds: p.integer().nullable(),
    /** Increased by every change, from 1. */
    version: p.integer().default(1),
    isActive: p.boolean().default(true),
    schedule: p.json<Schedule>().nullable(),
    /** The scheduled time that its job waits for; null: none. */
    nextRunAt: p.datetime(6).nullable(),
    ...timestamps,
  },
});
export type Workflow = InferEntity<typeof Workflow>;
