import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { RunError } from '../../errors.ts';
import type { AgentLimits } from '../../rules/agents/agent.ts';
import type { Plan } from '../../rules/agents/plan.ts';
import type { ModelReference } from '../../rules/models/model-id.ts';
import type { ToldPrediction } from '../../rules/prediction/prediction.ts';
import type { PromptParameters, TaskResult } from '../../rules/tasks/task.ts';
import type { TemplatePlan } from '../../rules/templates/template.ts';
import { TASK_KINDS, type ToolName } from '../../vocabulary.ts';
import { Agent } from './agent.ts';
import { Thread } from './thread.ts';

/** What was asked for and what came of it; shares its id, owner, status and times with its run. */
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
    /** What kind of work it is, in the caller's word; it chooses the agent of a task that names none. */
    type: p.text().nullable(),
    /** What it is about, for people; a prompt that nobody gave is composed of it. */
    title: p.text().nullable(),
    description: p.text().nullable(),
    /** What the work is done on: a host, a repository, a file. */
    target: p.text().nullable(),
    context: p.json<Record<string, unknown>>().nullable(),
    /** As the caller gave them, who alone knows what they mean. */
    taskParameters: p.json<Record<string, unknown>>().nullable(),
    /** Empty: a template's prompts are in its steps. */
    prompt: p.text(),
    /** Whether we composed it, and not the caller; then it follows what it is composed of. */
    promptIsOurs: p.boolean().default(false),
    system: p.text().nullable(),
    parameters: p.json<PromptParameters>().defaultRaw(`'{}'::jsonb`),
    /** Who serves the model, and the model's id, verbatim as the vendor is sent it; null: a template that asks none. */
    provider: p.text().nullable(),
    model: p.text().nullable(),
    /** Asked in this order when the model before fails for reasons that another may not have. */
    fallbackModels: p.json<ModelReference[]>().defaultRaw(`'[]'::jsonb`),
    /** Whether we chose them, and not the caller; then naming a model takes them away. */
    fallbackIsOurs: p.boolean().default(false),
    /** A JSON Schema that the answer has to meet. */
    responseSchema: p.json<Record<string, unknown>>().nullable(),
    /** The template's name and version at the time, and what of it a worker carries out. */
    templateName: p.text().nullable(),
    templateVersion: p.integer().nullable(),
    templatePlan: p.json<TemplatePlan>().nullable(),
    /** What its parameters are; secrets are not among them. */
    templateParameters: p.json<Record<string, unknown>>().nullable(),
    /** Its secret parameters, sealed. */
    secrets: p.text().nullable(),
    thread: () => p.manyToOne(Thread).mapToPk().nullable().index(false),
    /** Its place in the order of the thread's turns; null: it is in none. */
    joinedAt: p.datetime(6).nullable(),
    /** Of an execution's: the step that it is done for, its place in that step's list, and which try it is, from 1. */
    stepKey: p.text().nullable(),
    stepItem: p.integer().nullable(),
    stepAttempt: p.integer().nullable(),
    agent: () => p.manyToOne(Agent).mapToPk().deleteRule('set null').nullable().index(false),
    /** The agent's when the task was made: a change of the agent changes no task that is there. */
    tools: p.array().$type<ToolName[]>().defaultRaw(`'{}'`),
    limits: p.json<AgentLimits>().nullable(),
    plan: p.json<Plan>().defaultRaw(`'{"steps": []}'::jsonb`),
    /** Absolute path; null until it is first started, and of tasks that work in none. */
    workingDirectory: p.text().nullable(),
    /** Turns of its model that began. */
    iterations: p.integer().default(0),
    /** Those of them before it was retried: each try has the whole limit. */
    iterationsBefore: p.integer().default(0),
    /** When its time is up. It moves on while the task waits for a person. */
    deadlineAt: p.datetime(6).nullable(),
    /** 0 to 1; never decreases. */
    progress: p.double().$type<number>().default(0),
    result: p.json<TaskResult>().nullable(),
    error: p.json<RunError>().nullable(),
    /**
     * Whether it did what was asked, once it has ended by itself; apart from `result`, which may be long to read. In
     * the words in which Postgres gives it back, so that the snapshot stays as it is.
     */
    succeeded: p
      .boolean()
      .nullable()
      .generated(
        "((error IS NULL) AND (COALESCE((result -> 'success'::text), result) <> 'false'::jsonb)) stored",
      ),
    /** What was expected of it when it was made. */
    prediction: p.json<ToldPrediction>().nullable(),
    startedAt: p.datetime(6).nullable(),
    completedAt: p.datetime(6).nullable(),
  },
});
export type Task = InferEntity<typeof Task>;
