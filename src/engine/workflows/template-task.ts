import { askTemplate, type ModelFinder } from '../../new-tasks/ask-template.ts';
import type { Asked } from '../../new-tasks/prepare-task.ts';
import { askingSteps } from '../../rules/templates/task.ts';
import type { TemplateQuestion, TemplateReply } from '../../rules/workflows/liquid.ts';
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

/** @throws Error for an unknown model; ModelNeeded */
export function askStepTemplate(
  draft: Draft,
  worker: TemplateWorker,
  filled: Exclude<TemplateReply, { problem: string }>,
): Promise<Asked> {
  const finder: ModelFinder = {
    ollama(stepId, model) {
      if (model === null) throw new Error(`the model of ${stepId} is empty after rendering`);
      return { provider: 'ollama', model, events: [] };
    },
    named: (stepId, name) => lookedUp(draft, stepId, name),
  };
  return askTemplate(worker, filled, { finder, secrets: draft.secrets });
}

function lookedUp({ models, execution }: Draft, stepId: string, name: string | null) {
  const found = models.get(name);
  if (found === undefined) throw new ModelNeeded(name, execution.ownerId);
  if (found) return found;
  throw new Error(`the model of ${stepId}: there is no model ${JSON.stringify(name)}`);
}
