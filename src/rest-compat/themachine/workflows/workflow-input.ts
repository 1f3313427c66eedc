import type { z } from 'zod';
import { anyObject, flag, integer, jsonBody, list, text, withoutAbsent } from '../../shapes/input.ts';
import { globalIdOf } from '../../shapes/output.ts';
import { parametersOf, promptParameters } from '../prompt-parameters.ts';

const step = jsonBody({
  id: text(),
  name: text().nullish(),
  task: text().nullish(),
  model_id: text().nullish(),
  agent_id: text().nullish(),
  template: text().nullish(),
  template_parameters: anyObject().nullish(),
  parameters: promptParameters.nullish(),
  response_schema: anyObject().nullish(),
  depends_on: list(text()).nullish(),
  condition: text().nullish(),
  for_each: text().nullish(),
  max_concurrency: integer().nullish(),
  retries: integer().nullish(),
  retry_delay: integer().nullish(),
  timeout: integer().nullish(),
});

const settings = {
  description: text().nullish(),
  is_active: flag().nullish(),
  timeout: integer().nullish(),
  schedule: jsonBody({
    cron: text(),
    time_zone: text().nullish(),
    input_data: anyObject().nullish(),
    parameters: anyObject().nullish(),
  }).nullish(),
};

export const newWorkflow = jsonBody({ name: text(), steps: list(step), ...settings });
export const workflowChange = jsonBody({ name: text().nullish(), steps: list(step).nullish(), ...settings });

/** Field names of clients by field names of the schema. */
export const WORKFLOW_NAMES = {
  'steps.*.key': 'steps.*.id',
  model: 'model_id',
  timeout_seconds: 'timeout',
  retry_delay_seconds: 'retry_delay',
  input: 'input_data',
};

/** The fields to write; absent ones stay unchanged, or get the default of the schema. */
export function workflowSettings(given: Pick<z.output<typeof workflowChange>, keyof typeof settings>) {
  const { schedule } = given;
  return withoutAbsent({
    description: given.description,
    isActive: given.is_active,
    timeoutSeconds: given.timeout,
    schedule: schedule && {
      cron: schedule.cron,
      timeZone: schedule.time_zone ?? null,
      input: schedule.input_data ?? null,
      parameters: schedule.parameters ?? null,
    },
  });
}

export function stepInput(given: z.output<typeof step>) {
  return {
    key: given.id,
    ...withoutAbsent({
      name: given.name,
      task: given.task,
      model: given.model_id,
      agentId: given.agent_id && globalIdOf('Agent', given.agent_id),
      template: given.template,
      templateParameters: given.template_parameters,
      parameters: parametersOf(given.parameters),
      responseSchema: given.response_schema,
      dependsOn: given.depends_on,
      condition: given.condition,
      forEach: given.for_each,
      maxConcurrency: given.max_concurrency,
      retries: given.retries,
      retryDelaySeconds: given.retry_delay,
      timeoutSeconds: given.timeout,
    }),
  };
}
