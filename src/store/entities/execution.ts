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
    /** No foreign key: executions are kept when their workflow is deleted. */
    workflowId: p.text(),
    workflowName: p.text(),
    workflowVersion: p.integer(),
    definition: p.json<WorkflowDefinition>(),
    input: p.json<unknown>(),
    parameters: p.json<unknown>(),
    trigger: p.enum(EXECUTION_TRIGGERS),
    /** The scheduled time it was created for. */
    scheduledFor: p.datetime(6).nullable(),
    /** The performer of each step, determined when it starts. */
    workers: p.json<unknown>().nullable(),
    /** Share of finished steps; never decreases. */
    progress: p.double().$type<number>().default(0),
    result: p.json<ExecutionResult>().nullable(),
    error: p.json<RunError>().nullable(),
    /** When it has to be checked, even if nothing has ended. */
    wakeAt: p.datetime(6).nullable(),
    deadlineAt: p.datetime(6).nullable(),
    startedAt: p.datetime(6).nullable(),
    completedAt: p.datetime(6).nullable(),
  },
});
export type Execution = InferEntity<typeof Execution>;

/** The checkpoint of a step of an execution: what need not be repeated. */
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
    /** The list of a step with one, as it was when the step began; null: it has not begun, or has no list. */
    items: p.json<unknown[]>().nullable(),
    /** Number of its tasks; null: it has not begun. */
    size: p.integer().nullable(),
    /** Failed attempts up to this one do not count, because the execution was retried. */
    forgiven: p.integer().default(0),
    /** `output`, and `data` where the step has a response schema. */
    result: p.json<unknown>().nullable(),
    error: p.json<RunError>().nullable(),
    startedAt: p.datetime(6).nullable(),
    completedAt: p.datetime(6).nullable(),
  },
});
