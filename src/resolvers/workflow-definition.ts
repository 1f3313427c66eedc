import type { Context } from '../context.ts';
import { type Schedule, scheduleFault } from '../rules/schedule.ts';
import type { WorkflowStep } from '../rules/workflow.ts';
import { workflowFaults } from '../rules/workflow-faults.ts';
import { resolveModel } from './model.ts';
import { withoutNulls } from './task-input.ts';
import { refuseIssues } from './validate.ts';
import type { ScheduleInput, StepInput } from './workflow-input.ts';

const DEFAULT_CONCURRENCY = 5;
const DEFAULT_DELAY_SECONDS = 1;

/**
 * The steps as they are kept.
 * @throws DomainError VALIDATION_ERROR with the field and the name of every step that could not be carried out;
 * UNKNOWN_MODEL, PROVIDER_NOT_CONFIGURED
 */
export async function acceptSteps(context: Context, given: readonly StepInput[]): Promise<WorkflowStep[]> {
  const steps = given.map(toStep);
  refuseIssues(workflowFaults(steps).map(({ field, message }) => ({ field: `input.${field}`, message })));
  for (const [index, { model }] of steps.entries()) {
    if (model !== null) await resolveModel(context, model, `input.steps.${index}.model`);
  }
  return steps;
}

function toStep(given: StepInput): WorkflowStep {
  return {
    id: given.id,
    name: given.name ?? given.id,
    task: given.task,
    model: given.model ?? null,
    parameters: withoutNulls(given.parameters ?? {}),
    responseSchema: given.responseSchema ?? null,
    dependsOn: given.dependsOn ?? [],
    condition: given.condition ?? null,
    forEach: given.forEach ?? null,
    maxConcurrency: given.maxConcurrency ?? DEFAULT_CONCURRENCY,
    retries: given.retries ?? 0,
    retryDelaySeconds: given.retryDelaySeconds ?? DEFAULT_DELAY_SECONDS,
    timeoutSeconds: given.timeoutSeconds ?? null,
  };
}

/** @throws DomainError VALIDATION_ERROR */
export function acceptSchedule({ cron, timeZone, input, parameters }: ScheduleInput): Schedule {
  const schedule = { cron, timeZone: timeZone ?? 'UTC', input: input ?? {}, parameters: parameters ?? {} };
  const fault = scheduleFault(schedule, new Date());
  refuseIssues(fault ? [{ field: `input.schedule.${fault.member}`, message: fault.message }] : []);
  return schedule;
}
