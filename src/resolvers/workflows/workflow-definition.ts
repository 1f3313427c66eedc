import type { Context } from '../../context.ts';
import type { FieldIssue } from '../../errors.ts';
import { abilityFor } from '../../rules/agents/agent.ts';
import { checkParameters } from '../../rules/templates/parameters.ts';
import { parameterProblems } from '../../rules/templates/task.ts';
import { type Schedule, scheduleProblem } from '../../rules/workflows/schedule.ts';
import { workflowTexts } from '../../rules/workflows/texts.ts';
import { kindOf, type StepKind, type WorkflowStep } from '../../rules/workflows/workflow.ts';
import { agent } from '../agents/agent.ts';
import { resolveModel } from '../models/model.ts';
import { compute, refuseAt } from '../request/compute.ts';
import { withoutNulls } from '../request/fields.ts';
import { refuseIssues } from '../request/validate.ts';
import { chosenTemplate } from '../templates/template.ts';
import type { ScheduleInput, StepInput } from './workflow-input.ts';

const DEFAULT_CONCURRENCY = 5;
const DEFAULT_DELAY_SECONDS = 1;

/**
 * Converts the steps to the stored form.
 * @throws DomainError VALIDATION_ERROR with the field and the name of every step that could not be executed;
 * UNKNOWN_MODEL, PROVIDER_NOT_CONFIGURED
 */
export async function acceptSteps(context: Context, given: readonly StepInput[]): Promise<WorkflowStep[]> {
  refuseIssues(given.flatMap(mismatches));
  const steps = given.map(toStep);
  refuseIssues(tooManyTexts(steps));
  refuseAt('input', await compute(context, 'workflow', steps, 'input'));
  for (const [index, step] of steps.entries()) await requireWorker(context, step, `input.steps.${index}`);
  return steps;
}

/** Liquid texts of all steps. */
const MAX_TEXTS = 1_000;

function tooManyTexts(steps: readonly WorkflowStep[]): FieldIssue[] {
  const texts = steps.reduce((sum, step) => sum + workflowTexts(step).length, 0);
  if (texts <= MAX_TEXTS) return [];
  const message = `has ${texts} texts; at most ${MAX_TEXTS} are allowed in all steps together`;
  return [{ field: 'input.steps', message }];
}

/** Fields of another kind, which would be ignored, and missing fields. */
function mismatches(given: StepInput, index: number): FieldIssue[] {
  const kind = kindOf({ agentId: given.agentId ?? null, template: given.template ?? null });
  const foreign = FOREIGN[kind].filter((name) => given[name] !== undefined && given[name] !== null);
  const issues = foreign.map((name) => ({
    member: name as string,
    message: `is not allowed for a step with ${WITH[kind]}`,
  }));
  if (kind !== 'template' && !given.task) issues.push({ member: 'task', message: 'is required' });
  return issues.map(({ member, message }) => ({
    field: `input.steps.${index}.${member}`,
    message: `step ${given.key}: ${message}`,
  }));
}

const FOREIGN: Record<StepKind, readonly (keyof StepInput)[]> = {
  prompt: ['templateParameters'],
  agent: ['templateParameters', 'responseSchema'],
  template: ['agentId', 'task', 'model', 'parameters', 'responseSchema'],
};

const WITH: Record<StepKind, string> = { prompt: 'a model', agent: 'an agent', template: 'a template' };

/** @throws DomainError NOT_FOUND, UNKNOWN_MODEL, PROVIDER_NOT_CONFIGURED, VALIDATION_ERROR */
async function requireWorker(context: Context, step: WorkflowStep, field: string): Promise<void> {
  const tools = step.agentId === null ? [] : (await agent(context, step.agentId, `${field}.agentId`)).tools;
  if (step.model !== null) await resolveModel(context, step.model, `${field}.model`, abilityFor(tools));
  if (step.template === null) return;
  const fields = { id: field, name: `${field}.template` };
  const { parameters } = await chosenTemplate(context, { id: null, name: step.template }, fields);
  const { missing, unknown } = checkParameters(parameters, step.templateParameters);
  // Values are only known when the step begins.
  const problems = parameterProblems(parameters, { valid: false, missing, unknown, invalid: [], values: {} });
  refuseIssues(
    problems.map((problem) => ({
      field: `${field}.templateParameters.${problem.field}`,
      message: `step ${step.id}: ${problem.message}`,
    })),
  );
}

function toStep(given: StepInput): WorkflowStep {
  return {
    id: given.key,
    name: given.name ?? given.key,
    task: given.task ?? '',
    model: given.model ?? null,
    agentId: given.agentId ?? null,
    template: given.template ?? null,
    templateParameters: given.templateParameters ?? {},
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
  const problem = scheduleProblem(schedule, new Date());
  refuseIssues(problem ? [{ field: `input.schedule.${problem.member}`, message: problem.message }] : []);
  return schedule;
}
