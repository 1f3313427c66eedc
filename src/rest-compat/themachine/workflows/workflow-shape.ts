import type { ResultOf } from 'gql.tada';
import { z } from 'zod';
import { graphql } from '../../handling/documents.ts';
import { isoSeconds, plainId } from '../../shapes/output.ts';
import { parametersShape, showParameters } from '../prompt-parameters.ts';

export const WORKFLOW = graphql(`fragment Workflow on Workflow {
  id name description version isActive timeoutSeconds createdAt updatedAt
  schedule { cron timeZone input parameters nextRunAt }
  steps {
    id: key name task model agentId template templateParameters parameters { temperature topP maxTokens stop seed }
    responseSchema dependsOn condition forEach maxConcurrency retries retryDelaySeconds timeoutSeconds
  }
}`);

type Workflow = ResultOf<typeof WORKFLOW>;

const stepShape = z.object({
  id: z.string(),
  name: z.string(),
  task: z.string().nullable(),
  model_id: z.string().nullable(),
  agent_id: z.string().nullable(),
  template: z.string().nullable(),
  template_parameters: z.unknown(),
  parameters: parametersShape.nullable(),
  response_schema: z.unknown(),
  depends_on: z.array(z.string()),
  condition: z.string().nullable(),
  for_each: z.string().nullable(),
  max_concurrency: z.int(),
  retries: z.int(),
  retry_delay: z.int(),
  timeout: z.int().nullable(),
});

const scheduleShape = z.object({
  cron: z.string(),
  time_zone: z.string(),
  input_data: z.unknown(),
  parameters: z.unknown(),
  next_run_at: z.string().nullable(),
});

export const workflowShape = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  steps: z.array(stepShape),
  version: z.int(),
  is_active: z.boolean(),
  timeout: z.int().nullable(),
  schedule: scheduleShape.nullable(),
  created_at: z.string(),
  updated_at: z.string(),
});

export function showWorkflow(workflow: Workflow): z.input<typeof workflowShape> {
  return {
    id: plainId(workflow.id),
    name: workflow.name,
    description: workflow.description,
    steps: workflow.steps.map(showStep),
    version: workflow.version,
    is_active: workflow.isActive,
    timeout: workflow.timeoutSeconds,
    schedule: showSchedule(workflow),
    created_at: isoSeconds(workflow.createdAt),
    updated_at: isoSeconds(workflow.updatedAt),
  };
}

function showSchedule({ schedule }: Workflow): z.input<typeof scheduleShape> | null {
  if (!schedule) return null;
  const { cron, timeZone, input, parameters, nextRunAt } = schedule;
  const next = nextRunAt && isoSeconds(nextRunAt);
  return { cron, time_zone: timeZone, input_data: input, parameters, next_run_at: next };
}

/** Fields that do not apply to the kind of step are null, so that a client can send back what it received. */
function showStep(step: Workflow['steps'][number]): z.input<typeof stepShape> {
  return {
    id: step.id,
    name: step.name,
    task: step.template === null ? step.task : null,
    model_id: step.model,
    agent_id: step.agentId && plainId(step.agentId),
    template: step.template,
    template_parameters: step.template === null ? null : step.templateParameters,
    parameters: step.template === null ? showParameters(step.parameters) : null,
    response_schema: step.responseSchema,
    depends_on: step.dependsOn,
    condition: step.condition,
    for_each: step.forEach,
    max_concurrency: step.maxConcurrency,
    retries: step.retries,
    retry_delay: step.retryDelaySeconds,
    timeout: step.timeoutSeconds,
  };
}
