import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { isPlain } from '../../rules/liquid/text.ts';
import type { ModelReference } from '../../rules/models/model-id.ts';
import { checkParameters } from '../../rules/templates/parameters.ts';
import { askingSteps, parameterFaults, splitSecrets } from '../../rules/templates/task.ts';
import type { TemplateStep } from '../../rules/templates/template.ts';
import type { NewEvent } from '../../store/log/events.ts';
import type { NewTask, NewTemplateTask } from '../../store/tasks/new-task.ts';
import type { TemplateRow } from '../../store/templates/templates.ts';
import { chooseForCaller, resolveModel } from '../models/model.ts';
import { compute } from '../request/compute.ts';
import { model as modelId } from '../request/fields.ts';
import { invalidInput, refuseIssues, validate } from '../request/validate.ts';
import { requireViewer } from '../request/viewer.ts';
import { chosenTemplate, INPUT_FIELDS } from '../templates/template.ts';
import type { NewTaskInput } from './task-input.ts';

/** The part of a new task defined by its template. */
export type TemplateTask = Pick<NewTask, 'provider' | 'model' | 'template'> & { events: NewEvent[] };

/** Fields for prompts, which a template would ignore. */
const OF_PROMPTS = [
  ...[
    'prompt',
    'system',
    'model',
    'parameters',
    'fallbackModels',
    'responseSchema',
    'threadId',
    'agentId',
    'maxIterations',
  ],
] as (keyof NewTaskInput)[];

const FIELD = 'input.templateParameters';

/** @throws DomainError NOT_FOUND, VALIDATION_ERROR with all errors in its parameters, UNKNOWN_MODEL */
export async function fromTemplate(context: Context, given: NewTaskInput): Promise<TemplateTask> {
  const foreign = OF_PROMPTS.filter((name) => given[name] !== undefined && given[name] !== null);
  refuseIssues(foreign.map((name) => ({ field: `input.${name}`, message: 'is not allowed for a template' })));
  const { templateId: id, templateName: name } = given;
  const template = await chosenTemplate(context, { id, name }, INPUT_FIELDS);
  if (!template.isActive) {
    throw new DomainError('INVALID_STATE', `input: the template ${template.name} is not active`);
  }
  const values = readValues(template, given.templateParameters ?? {});
  const { models, events } = await resolveModels(context, template.steps, values);
  const [first] = Object.values(models);
  return {
    provider: first?.provider ?? null,
    model: first?.model ?? null,
    template: {
      ...namesOf(template),
      plan: { steps: template.steps, models },
      ...(await seal(context, template, values)),
    },
    events,
  };
}

function namesOf({ name, version }: TemplateRow): Pick<NewTemplateTask, 'name' | 'version'> {
  return { name, version };
}

function readValues({ parameters }: TemplateRow, given: Record<string, unknown>): Record<string, unknown> {
  const check = checkParameters(parameters, given);
  const faults = parameterFaults(parameters, check);
  refuseIssues(faults.map(({ field, message }) => ({ field: `${FIELD}.${field}`, message })));
  return check.values;
}

async function seal(
  context: Context,
  { parameters }: TemplateRow,
  given: Record<string, unknown>,
): Promise<Pick<NewTemplateTask, 'values' | 'secrets'>> {
  const { values, secrets } = splitSecrets(parameters, given);
  return { values, secrets: secrets && (await context.secrets.seal(JSON.stringify(secrets))) };
}

/** Before the task is created, so that a task with an unknown model is rejected. */
async function resolveModels(
  context: Context,
  steps: readonly TemplateStep[],
  values: Record<string, unknown>,
): Promise<{ models: Record<string, ModelReference>; events: NewEvent[] }> {
  const models: Record<string, ModelReference> = {};
  const chosen: NewEvent[] = [];
  const names = await namesIn(context, steps, values);
  for (const step of askingSteps(steps)) {
    const name = names.get(step.id)?.trim() || null;
    if (step.type === 'ollama_generate') {
      models[step.id] = await ollamaModel(context, name ?? '', `${FIELD}: the model of ${step.id}`);
      continue;
    }
    if (name !== null) {
      models[step.id] = await resolveModel(context, name, `${FIELD}: the model of ${step.id}`);
      continue;
    }
    const { provider, model, events } = await chooseForCaller(context, { length: 0, type: null });
    models[step.id] = { provider, model };
    chosen.push(...events);
  }
  return { models, events: chosen };
}

/** A model that the catalog lacks may still exist in Ollama. @throws DomainError VALIDATION_ERROR */
async function ollamaModel(context: Context, name: string, field: string): Promise<ModelReference> {
  const model = validate(modelId, name, field);
  const known = await context.store.lookups.model(requireViewer(context).userId, `ollama/${model}`);
  if (known?.lacks.includes('text')) await resolveModel(context, `ollama/${model}`, field);
  return { provider: 'ollama', model };
}

/**
 * The models that steps name with these parameters, by the id of the step. @throws DomainError
 * VALIDATION_ERROR
 */
async function namesIn(
  context: Context,
  steps: readonly TemplateStep[],
  values: Record<string, unknown>,
): Promise<Map<string, string>> {
  const named = askingSteps(steps).map(({ id, model }) => ({ field: id, text: model ?? '' }));
  const names = new Map(named.map(({ field, text }) => [field, text]));
  const texts = named.filter(({ text }) => !isPlain(text));
  if (texts.length === 0) return names;
  const rendered = await compute(context, 'texts', { texts, scope: values }, FIELD);
  for (const [id, { text, fault }] of Object.entries(rendered)) {
    if (fault !== undefined) throw invalidInput([{ field: FIELD, message: `the model of ${id}: ${fault}` }]);
    names.set(id, text);
  }
  return names;
}
