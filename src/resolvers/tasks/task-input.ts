import { z } from 'zod';
import { TASK_KINDS, type TaskKind } from '../../vocabulary.ts';
import {
  costLimit,
  MAX_PROMPT,
  maxIterations,
  metadata,
  model,
  parameters,
  priority,
  prompt,
  responseSchema,
  startsInTime,
  startTimes,
  systemPrompt,
  tags,
  taskType,
  templateValues,
} from '../request/fields.ts';
import { jsonObject, list, text } from '../request/validate.ts';

const MAX_DEPENDENCIES = 100;
const MAX_OBJECT = 100_000;

/** The descriptive fields. */
const subject = {
  title: text({ min: 1, max: 500 }).nullish(),
  description: text({ min: 1, max: MAX_PROMPT }).nullish(),
  target: text({ min: 1, max: 2_000 }).nullish(),
  context: jsonObject(MAX_OBJECT).nullish(),
  taskParameters: jsonObject(MAX_OBJECT).nullish(),
};

const taskFields = z.object({
  kind: z.enum(TASK_KINDS).exclude(['pull'], 'is created by pullModel').nullish(),
  type: taskType.nullish(),
  ...subject,
  agentId: z.string().nullish(),
  maxIterations: maxIterations.nullish(),
  prompt: prompt.nullish(),
  systemPrompt: systemPrompt.nullish(),
  model: model.nullish(),
  parameters: parameters.nullish(),
  templateId: z.string().nullish(),
  templateName: z.string().nullish(),
  templateParameters: templateValues.nullish(),
  fallbackModels: list(model, 5, 'must have at most 5 models').nullish(),
  responseSchema: responseSchema.nullish(),
  threadId: z.string().nullish(),
  sessionId: z.string().nullish(),
  priority: priority.nullish(),
  tags: tags.nullish(),
  metadata: metadata.nullish(),
  ...startTimes,
  costLimit: costLimit.nullish(),
  hold: z.boolean().nullish(),
  predict: z.boolean().nullish(),
  dependsOn: list(z.string(), MAX_DEPENDENCIES, `must have at most ${MAX_DEPENDENCIES} tasks`)
    .transform((ids) => [...new Set(ids)])
    .nullish(),
  idempotencyKey: text({ min: 1, max: 200 }).nullish(),
});

export const newTask = startsInTime(taskFields);

/** The properties of a task that a prediction uses. */
export const predictedTask = taskFields.pick({
  kind: true,
  type: true,
  agentId: true,
  model: true,
  templateId: true,
  templateName: true,
});

export type PredictedTask = z.infer<typeof predictedTask>;

export type NewTaskInput = z.infer<typeof newTask>;

/** The kind of a task whose input names none. */
export function kindOf({
  kind,
  templateId,
  templateName,
  agentId,
}: Pick<NewTaskInput, 'kind' | 'templateId' | 'templateName' | 'agentId'>): Exclude<TaskKind, 'pull'> {
  return kind ?? (templateId || templateName ? 'template' : agentId ? 'agent' : 'prompt');
}

/** Omitted fields stay unchanged; null removes a value where that is possible. */
export const taskChange = z
  .object({
    ...subject,
    prompt: prompt.nullish(),
    systemPrompt: systemPrompt.nullish(),
    model: model.nullish(),
    parameters: parameters.nullish(),
    priority: priority.nullish(),
    tags: tags.nullish(),
    metadata: metadata.nullish(),
    mergeMetadata: metadata.nullish(),
    ...startTimes,
  })
  .refine(({ metadata, mergeMetadata }) => metadata === undefined || !mergeMetadata, {
    path: ['mergeMetadata'],
    message: 'must not be given with metadata, which replaces all of it',
  });
