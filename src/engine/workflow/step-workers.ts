import { DomainError } from '../../errors.ts';
import { chooseModel } from '../../rules/model-choice.ts';
import type { ModelReference } from '../../rules/model-id.ts';
import type { WorkflowStep } from '../../rules/workflow.ts';
import type { NewEvent } from '../../store/events.ts';
import type { ExecutionState } from '../../store/execution-state.ts';
import { findModels } from '../../store/model-catalog.ts';
import type { EngineContext } from '../context.ts';

/** Who does the work of a step, as it was when the execution started: what changes later, changes later executions. */
export interface StepWorker extends ModelReference {
  kind: 'prompt';
  /** What the log of each task says about the choice. */
  events: NewEvent[];
}

/** By the ids of the steps. */
export type StepWorkers = Record<string, StepWorker>;

/** @throws DomainError MODEL_NOT_FOUND */
export async function settleWorkers(
  context: EngineContext,
  { definition }: ExecutionState,
): Promise<StepWorkers> {
  const workers = definition.steps.map(
    async (step) => [step.id, { kind: 'prompt', ...(await modelOf(context, step)) }] as const,
  );
  return Object.fromEntries(await Promise.all(workers));
}

async function modelOf(
  { store, providers }: EngineContext,
  { id, model }: WorkflowStep,
): Promise<ModelReference & { events: NewEvent[] }> {
  if (model !== null) {
    const known = await store.lookups.model(model);
    if (known) return { ...known, events: [] };
    throw new DomainError('MODEL_NOT_FOUND', `step ${id}: there is no model ${JSON.stringify(model)}`);
  }
  const candidates = await findModels(store.database, { providers: [...providers.keys()], name: null });
  const choice = chooseModel(candidates);
  if (!choice)
    throw new DomainError('MODEL_NOT_FOUND', `step ${id}: there is no active model to choose from`);
  const { provider, modelId } = choice.selected;
  const alternatives = choice.alternatives.map((other) => `${other.provider}/${other.modelId}`);
  const data = { provider, model: modelId, reason: choice.reason, alternatives };
  return { provider, model: modelId, events: [{ type: 'ModelSelected', data }] };
}
