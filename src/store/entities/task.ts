import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { RunError } from '../../errors.ts';
import type { AgentLimits } from '../../rules/agents/agent.ts';
import type { Plan } from '../../rules/agents/plan.ts';
import type { ModelReference } from '../../rules/models/model-id.ts';
import type { ReportedPrediction } from '../../rules/prediction/prediction.ts';
import type { PromptParameters, TaskResult } from '../../rules/tasks/task.ts';
import type { TemplatePlan } from '../../rules/templates/template.ts';
import { TASK_KINDS, type ToolName } from '../../vocabulary.ts';
import { Agent } from './agent.ts';
import { Thread } from './thread.ts';

/** The request and the result of a task; shares its id, owner, status and times with its run. */
export const Task = defineEntity({
  name: 'Task',
  tableName: 'task',
  indexes: [
    {
      name: 'task_thread',
      expression:
        'create index "task_thread" on "task" ("thread_id", "joined_at", "id") where "thread_id" is not null',
    },
    {
      name: 'task_agent_completed',
      expression:
        'create index "task_agent_completed" on "task" ("agent_id", "completed_at" desc nulls first) where "agent_id" is not null',
    },
  ],
  properties: {
    id: p.text().primary(),
    kind: p.enum(TASK_KINDS),
    /** The type of work, as named by the client; selects the agent of a task that names none. */
    type: p.text().nullable(),
    /** A title; part of composed prompts. */
    title: p.text().nullable(),
    description: p.text().nullable(),
    /** What the work is done on: a host, a repository, a file. */
    target: p.text().nullable(),
    context: p.json<Record<string, unknown>>().nullable(),
    /** As given by the client, without interpretation. */
    taskParameters: p.json<Record<string, unknown>>().nullable(),
    /** Empty: a template's prompts are in its steps. */
    prompt: p.text(),
    /** Whether the prompt was composed by us; then it follows the descriptive fields. */
    promptIsOurs: p.boolean().default(false),
    system: p.text().nullable(),
    parameters: p.json<PromptParameters>().defaultRaw(`'{}'::jsonb`),
    /** The provider and the id of the model as sent to it; null: a template without a model. */
    provider: p.text().nullable(),
    model: p.text().nullable(),
    /** Used in this order if the previous model fails with an error that another may not have. */
    fallbackModels: p.json<ModelReference[]>().defaultRaw(`'[]'::jsonb`),
    /** Whether they were chosen by us; then naming a model removes them. */
    fallbackIsOurs: p.boolean().default(false),
    /** A JSON Schema for the answer. */
    responseSchema: p.json<Record<string, unknown>>().nullable(),
    /** The template's name and version at the time, and the plan that a worker executes. */
    templateName: p.text().nullable(),
    templateVersion: p.integer().nullable(),
    templatePlan: p.json<TemplatePlan>().nullable(),
    /** The values of its parameters, without secrets. */
    templateParameters: p.json<Record<string, unknown>>().nullable(),
    /** Its secret parameters, encrypted. */
    secrets: p.text().nullable(),
    thread: () => p.manyToOne(Thread).mapToPk().nullable().index(false),
    /** Its position among the turns of the thread; null: it is in none. */
    joinedAt: p.datetime(6).nullable(),
    /**
     * For a task of an execution: its step, its index in the list of the step, and the number of the attempt,
     * from 1.
     */
    stepKey: p.text().nullable(),
    stepItem: p.integer().nullable(),
    stepAttempt: p.integer().nullable(),
    agent: () => p.manyToOne(Agent).mapToPk().deleteRule('set null').nullable().index(false),
    /** The agent's at the creation of the task: later changes of the agent do not affect it. */
    tools: p.array().$type<ToolName[]>().defaultRaw(`'{}'`),
    limits: p.json<AgentLimits>().nullable(),
    plan: p.json<Plan>().defaultRaw(`'{"steps": []}'::jsonb`),
    /** Absolute path; null until it first starts, and for tasks without one. */
    workingDirectory: p.text().nullable(),
    /** Number of model turns begun. */
    iterations: p.integer().default(0),
    /** Number of those before it was retried: each retry has the full limit. */
    iterationsBefore: p.integer().default(0),
    /** When its time limit is reached. Extended while the task waits for input. */
    deadlineAt: p.datetime(6).nullable(),
    /** 0 to 1; never decreases. */
    progress: p.double().$type<number>().default(0),
    result: p.json<TaskResult>().nullable(),
    error: p.json<RunError>().nullable(),
    /**
     * Whether it succeeded, once it has completed or failed; separate from `result`, which may be long to
     * read. Written exactly as Postgres prints it, so that the snapshot does not change.
     */
    succeeded: p
      .boolean()
      .nullable()
      .generated(
        "((error IS NULL) AND (COALESCE((result -> 'success'::text), result) <> 'false'::jsonb)) stored",
      ),
    /** The outcome predicted at its creation. */
    prediction: p.json<ReportedPrediction>().nullable(),
    startedAt: p.datetime(6).nullable(),
    completedAt: p.datetime(6).nullable(),
  },
});
export type Task = InferEntity<typeof Task>;
