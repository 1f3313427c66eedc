import { z } from 'zod';
import { expectedVersion } from '../request/expected-version.ts';
import {
  costLimit,
  metadata,
  model,
  parameters,
  priority,
  responseSchema,
  startsInTime,
  startTimes,
  tags,
} from '../request/fields.ts';
import { fewMembers, jsonObject, list, sized, text } from '../request/validate.ts';

const MAX_STEPS = 100;
const MAX_TASK = 100_000;
const MAX_JSON = 1_000_000;
/** Characters of all steps together. */
const MAX_DEFINITION = 1_000_000;
const MAX_DEFINITION_VALUES = 20_000;
const MAX_SECONDS = 30 * 86_400;

const key = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]{0,63}$/,
    'must be 1 to 64 letters, digits and _, and not begin with a digit',
  );

const seconds = z
  .number()
  .int()
  .min(1, 'must be at least 1')
  .max(MAX_SECONDS, `must be at most ${MAX_SECONDS}, 30 days`);

/** The inner part of `{% if … %}` or `{{ … }}`. */
const expression = text({ min: 1, max: 10_000 })
  .refine((given) => !/[{%]%|\{\{|%\}|\}\}/.test(given), 'must not include the surrounding {{ }} or {% %}')
  .refine((given) => given.trim() !== '', 'must not be blank');

const step = z.object({
  key,
  name: text({ min: 1, max: 200 }).nullish(),
  task: text({ min: 1, max: MAX_TASK })
    .refine((given) => given.trim() !== '', 'must not be blank')
    .nullish(),
  agentId: z.string().nullish(),
  template: text({ min: 1, max: 200 }).nullish(),
  templateParameters: fewMembers(jsonObject(MAX_TASK)).nullish(),
  model: model.nullish(),
  parameters: parameters.nullish(),
  responseSchema: responseSchema.nullish(),
  dependsOn: list(z.string().max(64), MAX_STEPS, `must have at most ${MAX_STEPS} steps`)
    .transform((ids) => [...new Set(ids)])
    .nullish(),
  condition: expression.nullish(),
  forEach: expression.nullish(),
  maxConcurrency: z.number().int().min(1, 'must be 1 to 50').max(50, 'must be 1 to 50').nullish(),
  retries: z.number().int().min(0, 'must be 0 to 10').max(10, 'must be 0 to 10').nullish(),
  retryDelaySeconds: seconds.max(3_600, 'must be at most 3600').nullish(),
  timeoutSeconds: seconds.nullish(),
});
export type StepInput = z.infer<typeof step>;

const name = text({ min: 1, max: 200 });
const description = text({ max: 10_000 });
const steps = sized(list(step, MAX_STEPS, `must have at most ${MAX_STEPS} steps`), {
  characters: MAX_DEFINITION,
  values: MAX_DEFINITION_VALUES,
}).refine(({ length }) => length > 0, 'must have at least one step');
const json = jsonObject(MAX_JSON);

const schedule = z.object({
  cron: text({ min: 1, max: 200 }).transform((given) => given.trim()),
  timeZone: text({ min: 1, max: 100 }).nullish(),
  input: json.nullish(),
  parameters: json.nullish(),
});
export type ScheduleInput = z.infer<typeof schedule>;

export const newWorkflow = z.object({
  name,
  description: description.nullish(),
  steps,
  timeoutSeconds: seconds.nullish(),
  isActive: z.boolean().nullish(),
  schedule: schedule.nullish(),
});

/** Omitted fields stay unchanged; null removes a value where that is possible. */
export const workflowChange = newWorkflow
  .partial()
  .extend({ name: name.nullish(), steps: steps.nullish(), expectedVersion });

export const newExecution = startsInTime(
  z.object({
    workflowId: z.string(),
    input: json.nullish(),
    parameters: json.nullish(),
    timeoutSeconds: seconds.nullish(),
    priority: priority.nullish(),
    tags: tags.nullish(),
    metadata: metadata.nullish(),
    ...startTimes,
    costLimit: costLimit.nullish(),
    idempotencyKey: text({ min: 1, max: 200 }).nullish(),
  }),
);
