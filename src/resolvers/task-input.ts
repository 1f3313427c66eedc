import { z } from 'zod';
import { REASONING_EFFORTS, TASK_KINDS, type TaskKind } from '../vocabulary.ts';
import { anObject, fewMembers, jsonObject, list, sized, text } from './validate.ts';

const MAX_PROMPT = 1_000_000;
const MAX_SCHEMA = 65_536;
const MAX_VALUES = 5_000_000;
const MAX_DEPENDENCIES = 100;

export const parameters = z.object({
  temperature: z.number().min(0).max(2).nullish(),
  topP: z.number().min(0).max(1).nullish(),
  maxTokens: z.number().int().min(1).max(1_000_000).nullish(),
  stop: list(text({ min: 1, max: 200 }), 4, 'must have at most 4 texts').nullish(),
  seed: z.number().int().nullish(),
  reasoningEffort: z.enum(REASONING_EFFORTS).nullish(),
  maxReasoningTokens: z
    .number()
    .int()
    .min(1_024, 'must be at least 1024')
    .max(1_000_000, 'must be at most 1000000')
    .nullish(),
  numCtx: z
    .number()
    .int()
    .min(256, 'must be at least 256')
    .max(10_000_000, 'must be at most 10000000')
    .nullish(),
});

export const prompt = text({ min: 1, max: MAX_PROMPT }).refine(
  (given) => given.trim() !== '',
  'must not be blank',
);
export const system = text({ max: MAX_PROMPT });
export const model = text({ min: 1, max: 200 }).regex(
  /^[^\p{C}\p{Z}]([^\p{C}]*[^\p{C}\p{Z}])?$/u,
  'must be printable characters',
);
/** Checks only the size; a worker thread checks that it is a valid schema. */
export const responseSchema = sized(z.record(z.string(), z.unknown(), 'must be a JSON Schema: an object'), {
  characters: MAX_SCHEMA,
}).refine(
  (given) => JSON.stringify(given).length <= MAX_SCHEMA,
  `must have at most ${MAX_SCHEMA} characters`,
);

export const DEFAULT_PRIORITY = 5;
export const priority = z.number().int().min(1, 'must be 1 to 10').max(10, 'must be 1 to 10');

/** US dollars; twelve places are kept. */
export const costLimit = z
  .number()
  .positive('must be more than 0')
  .max(1_000_000_000, 'must be at most 1000000000');

/** In the caller's word: `code`, `security_scan`. */
export const taskType = text({ min: 1, max: 100 }).refine(
  (given) => given.trim() === given,
  'must not begin or end with space',
);

const MAX_OBJECT = 100_000;

/** What it is about, in the words of whoever makes it. */
const subject = {
  title: text({ min: 1, max: 500 }).nullish(),
  description: text({ min: 1, max: MAX_PROMPT }).nullish(),
  target: text({ min: 1, max: 2_000 }).nullish(),
  context: jsonObject(MAX_OBJECT).nullish(),
  taskParameters: jsonObject(MAX_OBJECT).nullish(),
};

export const maxIterations = z.number().int().min(1).max(1000, 'must be at most 1000');

/** Values of a template's parameters; each is also checked against its own maximum length. */
export const templateValues = fewMembers(sized(anObject, { characters: MAX_VALUES }));

export const newTask = z.object({
  kind: z.enum(TASK_KINDS).exclude(['pull'], 'is made by pullModel').nullish(),
  type: taskType.nullish(),
  ...subject,
  agentId: z.string().nullish(),
  maxIterations: maxIterations.nullish(),
  prompt: prompt.nullish(),
  system: system.nullish(),
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
  maxCost: costLimit.nullish(),
  hold: z.boolean().nullish(),
  predict: z.boolean().nullish(),
  dependsOn: list(z.string(), MAX_DEPENDENCIES, `must have at most ${MAX_DEPENDENCIES} tasks`)
    .transform((ids) => [...new Set(ids)])
    .nullish(),
  idempotencyKey: text({ min: 1, max: 200 }).nullish(),
});

/** What of a task a prediction goes by. */
export const predictedTask = newTask.pick({
  kind: true,
  type: true,
  agentId: true,
  model: true,
  templateId: true,
  templateName: true,
});

export type PredictedTask = z.infer<typeof predictedTask>;

export type NewTaskInput = z.infer<typeof newTask>;

/** Of a task whose input says none. */
export function kindOf({
  kind,
  templateId,
  templateName,
  agentId,
}: Pick<NewTaskInput, 'kind' | 'templateId' | 'templateName' | 'agentId'>): Exclude<TaskKind, 'pull'> {
  return kind ?? (templateId || templateName ? 'template' : agentId ? 'agent' : 'prompt');
}

/** An absent member stays as it is; a null takes it away where that means something. */
export const taskChange = z.object({
  ...subject,
  prompt: prompt.nullish(),
  system: system.nullish(),
  model: model.nullish(),
  parameters: parameters.nullish(),
  priority: priority.nullish(),
});

type WithoutNulls<Given> = { [Name in keyof Given]?: NonNullable<Given[Name]> };

export function withoutNulls<Given extends object>(given: Given): WithoutNulls<Given> {
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== null && value !== undefined),
  ) as WithoutNulls<Given>;
}
