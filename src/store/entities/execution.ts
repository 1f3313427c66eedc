import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { RunError } from '../../errors.ts';
import type { ExecutionResult, WorkflowDefinition } from '../../rules/workflows/workflow.ts';
import { EXECUTION_STEP_STATUSES, EXECUTION_TRIGGERS } from '../../vocabulary.ts';

/** One run of a workflow; shares its id, owner, status and times with its run. */
export const Execution = defineEntity({
  name: 'Execution',
  tableName: 'execution',
  indexes: [
    { name: 'execution_workflow', properties: ['workflowId'] },
    {
      name: 'execution_wake',
      expression: 'create index "execution_wake" on "execution" ("wake_at") where "wake_at" is not null',
    },
  ],
  properties: {
    id: p.text().primary(),
    /** No foreign key: a workflow may go, what came of it stays. */
    workflowId: p.text(),
    workflowName: p.text(),
    workflowVersion: p.integer(),
    definition: p.json<WorkflowDefinition>(),
    input: p.json<unknown>(),
    parameters: p.json<unknown>(),
    trigger: p.enum(EXECUTION_TRIGGERS),
    /** The tick of the schedule that it was made for. */
    scheduledFor: p.datetime(6).nullable(),
    /** Who does the work of each step, settled when it starts. */
    workers: p.json<unknown>().nullable(),
    /** Finished steps of all; never falls. */
    progress: p.double().$type<number>().default(0),
    result: p.json<ExecutionResult>().nullable(),
    error: p.json<RunError>().nullable(),
    /** When it is to be looked at, though nothing has ended. */
    wakeAt: p.datetime(6).nullable(),
    deadlineAt: p.datetime(6).nullable(),
    startedAt: p.datetime(6).nullable(),
    completedAt: p.datetime(6).nullable(),
  },
});
export type Execution = InferEntity<typeof Execution>;

/** The checkpoint of a step of an execution: what of it need not be done again. */
export const ExecutionStep = defineEntity({
  name: 'ExecutionStep',
  tableName: 'execution_step',
  properties: {
    execution: () => p.manyToOne(Execution).primary().mapToPk().deleteRule('cascade').index(false),
    key: p.text().primary(),
    /** In the order of the definition, from 1. */
    position: p.integer(),
    name: p.text(),
    status: p.enum(EXECUTION_STEP_STATUSES).default('pending'),
    /** The list of a step over one, as it was when the step began; null: it has not, or it is over none. */
    items: p.json<unknown[]>().nullable(),
    /** How many tasks it takes; null: it has not begun. */
    size: p.integer().nullable(),
    /** Failures of tries up to this one were forgiven when the execution was retried. */
    forgiven: p.integer().default(0),
    /** `output`, and `data` where the step has a response schema. */
    result: p.json<unknown>().nullable(),
    error: p.json<RunError>().nullable(),
    startedAt: p.datetime(6).nullable(),
    completedAt: p.datetime(6).nullable(),
  },
});
