import type { ModelReference } from '../../rules/models/model-id.ts';
import { askingSteps, splitSecrets } from '../../rules/templates/task.ts';
import type { TemplateQuestion, TemplateReply } from '../../rules/workflows/liquid.ts';
import type { NewEvent } from '../../store/log/events.ts';
import type { NewTask } from '../../store/tasks/new-task.ts';
import type { Draft } from './draft.ts';
import type { StepWorker } from './step-workers.ts';

/**
 * A name that has not been looked up yet; that happens outside of the transaction, which is then repeated.
 */
export class ModelNeeded extends Error {
  override readonly name = 'ModelNeeded';
  readonly model: string | null;
  readonly ownerId: string;

  constructor(model: string | null, ownerId: string) {
    super(`the model ${model} has to be looked up`);
    this.model = model;
    this.ownerId = ownerId;
  }
}

type TemplateWorker = Extract<StepWorker, { kind: 'template' }>;

export function templateQuestion(
  { name, parameters, steps }: TemplateWorker,
  given: Record<string, unknown>,
): TemplateQuestion {
  const models = askingSteps(steps).map(({ id, model }) => [id, model ?? ''] as const);
  return { template: name, parameters, given, models: Object.fromEntries(models) };
}

/** The part of a task defined by its template. @throws Error for an unknown model; ModelNeeded */
export async function templatePart(
  draft: Draft,
  { name, version, parameters, steps }: TemplateWorker,
  filled: TemplateReply,
): Promise<Pick<NewTask, 'provider' | 'model' | 'template'> & { events: NewEvent[] }> {
  const { models, events } = modelsOf(draft, steps, filled.models);
  const { values, secrets } = splitSecrets(parameters, filled.values);
  const sealed = secrets && (await draft.secrets.seal(JSON.stringify(secrets)));
  const [first] = Object.values(models);
  return {
    provider: first?.provider ?? null,
    model: first?.model ?? null,
    template: { name, version, plan: { steps, models }, values, secrets: sealed },
    events,
  };
}

function modelsOf(
  draft: Draft,
  steps: TemplateWorker['steps'],
  names: TemplateReply['models'],
): { models: Record<string, ModelReference>; events: NewEvent[] } {
  const models: Record<string, ModelReference> = {};
  const chosen: NewEvent[] = [];
  for (const step of askingSteps(steps)) {
    const name = names[step.id] ?? null;
    const { events, ...reference } =
      step.type === 'ollama_generate' ? ofOllama(step.id, name) : lookedUp(draft, step.id, name);
    models[step.id] = reference;
    chosen.push(...events);
  }
  return { models, events: chosen };
}

function ofOllama(id: string, model: string | null): ModelReference & { events: NewEvent[] } {
  if (model === null) throw new Error(`the model of ${id} is empty after rendering`);
  return { provider: 'ollama', model, events: [] };
}

function lookedUp({ models, execution }: Draft, id: string, name: string | null) {
  const found = models.get(name);
  if (found === undefined) throw new ModelNeeded(name, execution.ownerId);
  if (found) return { provider: found.provider, model: found.model, events: found.events };
  throw new Error(`the model of ${id}: there is no model ${JSON.stringify(name)}`);
}
