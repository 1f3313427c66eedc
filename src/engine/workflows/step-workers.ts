import { DomainError } from '../../errors.ts';
import { type AskedModel, chosenModel } from '../../new-tasks/chosen-model.ts';
import { type AgentPart, abilityFor, assignment } from '../../rules/agents/agent.ts';
import { chooseModel, needsOf } from '../../rules/models/choice.ts';
import type { TemplateDefinition } from '../../rules/templates/template.ts';
import { kindOf, type StepKind, type WorkflowStep } from '../../rules/workflows/workflow.ts';
import { findAgents } from '../../store/agents/agents.ts';
import { findNamedTemplate } from '../../store/templates/templates.ts';
import type { ExecutionState } from '../../store/workflows/execution-state.ts';
import type { ModelAbility } from '../../vocabulary.ts';
import type { EngineContext } from '../context.ts';

interface PromptWorker extends AskedModel {
  kind: 'prompt';
}

type Assignment = Omit<ReturnType<typeof assignment>, 'model'>;

interface AgentWorker extends AskedModel, Assignment {
  kind: 'agent';
}

interface TemplateWorker extends TemplateDefinition {
  kind: 'template';
  name: string;
  version: number;
}

/**
 * The performer of a step as it was when the execution started; later changes affect later executions only.
 */
export type StepWorker = PromptWorker | AgentWorker | TemplateWorker;

/** By the id of the step. */
export type StepWorkers = Record<string, StepWorker>;

/** @throws DomainError MODEL_NOT_FOUND, NOT_FOUND, INVALID_STATE */
export async function settleWorkers(
  context: EngineContext,
  { definition, ownerId }: ExecutionState,
): Promise<StepWorkers> {
  const workers = definition.steps.map(
    async (step) => [step.id, await WORKERS[kindOf(step)](context, step, ownerId)] as const,
  );
  return Object.fromEntries(await Promise.all(workers));
}

type Settle = (context: EngineContext, step: WorkflowStep, ownerId: string) => Promise<StepWorker>;

const WORKERS: Record<StepKind, Settle> = {
  prompt: async (context, step, ownerId) => ({
    kind: 'prompt',
    ...(await askedModel(context, step, ownerId, step.model)),
  }),
  agent: settleAgent,
  template: settleTemplate,
};

async function settleAgent(
  context: EngineContext,
  step: WorkflowStep,
  ownerId: string,
): Promise<AgentWorker> {
  const { id, agentId, model, parameters } = step;
  const [agent] = await findAgents(context.store.database, ownerId, [agentId!]);
  if (!agent) throw new DomainError('NOT_FOUND', `step ${id}: its agent has been deleted`);
  if (!agent.isActive)
    throw new DomainError('INVALID_STATE', `step ${id}: the agent ${agent.name} is not active`);
  const asked = { system: null, model, parameters, limits: {} };
  const { model: wanted, ...assigned } = assignment(agent satisfies AgentPart, asked);
  const asking = await askedModel(context, step, ownerId, wanted, abilityFor(agent.tools));
  return { kind: 'agent', ...assigned, ...asking };
}

async function settleTemplate(
  { store }: EngineContext,
  { id, template: name }: WorkflowStep,
  ownerId: string,
): Promise<TemplateWorker> {
  const template = await findNamedTemplate(store.database, ownerId, name!);
  if (!template) throw new DomainError('NOT_FOUND', `step ${id}: its template ${name} has been deleted`);
  if (!template.isActive)
    throw new DomainError('INVALID_STATE', `step ${id}: the template ${name} is not active`);
  const { version, parameters, steps } = template;
  return { kind: 'template', name: template.name, version, parameters, steps };
}

async function askedModel(
  context: EngineContext,
  { id }: WorkflowStep,
  ownerId: string,
  name: string | null,
  needed: ModelAbility = 'text',
): Promise<AskedModel> {
  const found = await findModel(context, ownerId, name, needed);
  if (found) return found;
  const what = name === null ? 'no active model to choose from' : `no model ${JSON.stringify(name)}`;
  throw new DomainError('MODEL_NOT_FOUND', `step ${id}: there is ${what}`);
}

/**
 * Resolves a name for a user; for null, chooses a model and its fallbacks. @returns null when there is none
 */
export async function findModel(
  { store, providers }: EngineContext,
  ownerId: string,
  name: string | null,
  needed: ModelAbility = 'text',
): Promise<AskedModel | null> {
  if (name !== null) {
    const known = await store.lookups.model(ownerId, name);
    if (!known) return null;
    const { provider, model } = known;
    return { provider, model, fallbackModels: [], fallbackIsOurs: false, events: [] };
  }
  const candidates = await store.lookups.candidates(ownerId, [...providers.keys()]);
  const choices = needsOf(needed).map((needs) => chooseModel(candidates, needs));
  const choice = choices.find((one) => one !== null);
  return choice ? chosenModel(choice) : null;
}
