import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { RunError } from '../../errors.ts';
import type { ModelReference } from '../../rules/model-id.ts';
import type { PromptParameters, TaskResult } from '../../rules/task.ts';
import { TASK_KINDS } from '../../vocabulary.ts';
import { Thread } from './thread.ts';

/** What was asked for and what came of it; shares its id, owner, status and times with its run. */
export const Task = defineEntity({
  name: 'Task',
  tableName: 'task',
  properties: {
    id: p.text().primary(),
    kind: p.enum(TASK_KINDS),
    prompt: p.text(),
    system: p.text().nullable(),
    parameters: p.json<PromptParameters>().defaultRaw(`'{}'::jsonb`),
    /** Who serves the model, and the model's id, verbatim as the vendor is sent it. */
    provider: p.text(),
    model: p.text(),
    /** Asked in this order when the model before fails for reasons that another may not have. */
    fallbackModels: p.json<ModelReference[]>().defaultRaw(`'[]'::jsonb`),
    /** A JSON Schema that the answer has to meet. */
    responseSchema: p.json<Record<string, unknown>>().nullable(),
    thread: () => p.manyToOne(Thread).mapToPk().nullable().index(),
    /** Of an execution's: the step that it is done for, its place in that step's list, and which try it is, from 1. */
    stepKey: p.text().nullable(),
    stepItem: p.integer().nullable(),
    stepAttempt: p.integer().nullable(),
    /** 0 to 1; never falls. */
    progress: p.double().$type<number>().default(0),
    result: p.json<TaskResult>().nullable(),
    error: p.json<RunError>().nullable(),
    startedAt: p.datetime(6).nullable(),
    completedAt: p.datetime(6).nullable(),
  },
});
export type Task = InferEntity<typeof Task>;
