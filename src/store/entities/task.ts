import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { RunError } from '../../errors.ts';
import type { ModelReference } from '../../rules/model-id.ts';
import type { PromptParameters, TaskResult } from '../../rules/task.ts';
import type { TemplatePlan } from '../../rules/template.ts';
import { TASK_KINDS } from '../../vocabulary.ts';
import { Thread } from './thread.ts';

/** What was asked for and what came of it; shares its id, owner, status and times with its run. */
export const Task = defineEntity({
  name: 'Task',
  tableName: 'task',
  properties: {
    id: p.text().primary(),
    kind: p.enum(TASK_KINDS),
    /** Empty: a template's prompts are in its steps. */
    prompt: p.text(),
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
    thread: () => p.manyToOne(Thread).mapToPk().nullable().index(),
    /** 0 to 1; never falls. */
    progress: p.double().$type<number>().default(0),
    result: p.json<TaskResult>().nullable(),
    error: p.json<RunError>().nullable(),
    startedAt: p.datetime(6).nullable(),
    completedAt: p.datetime(6).nullable(),
  },
});
export type Task = InferEntity<typeof Task>;
