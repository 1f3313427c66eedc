import { DomainError } from '../../errors.ts';
import { type AgentPart, assignment } from '../../rules/agent.ts';
import { chooseModel } from '../../rules/model-choice.ts';
import type { ModelReference } from '../../rules/model-id.ts';
import type { TemplateDefinition } from '../../rules/template.ts';
import { kindOf, type WorkflowStep } from '../../rules/workflow.ts';
import { findAgents } from '../../store/agents.ts';
import type { NewEvent } from '../../store/events.ts';
import type { ExecutionState } from '../../store/execution-state.ts';
import { findModels } from '../../store/model-catalog.ts';
import { findTemplate } from '../../store/templates.ts';
import type { TaskKind } from '../../vocabulary.ts';
import type { EngineContext } from '../context.ts';

interface AskedModel extends ModelReference {
  /** What the log of each task says about the choice. */
  events: NewEvent[];
}

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

/** Who does the work of a step, as it was when the execution started: what changes later, changes later executions. */
export type StepWorker = PromptWorker | AgentWorker | TemplateWorker;

/** By the ids of the steps. */
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

const WORKERS: Record<TaskKind, Settle> = {
  prompt: async (context, { id, model }) => ({ kind: 'prompt', ...(await askedModel(context, model, id)) }),
  agent: settleAgent,
  template: settleTemplate,
};

async function settleAgent(
  context: EngineContext,
  { id, agentId, model, parameters }: WorkflowStep,
  ownerId: string,
): Promise<AgentWorker> {
  const [agent] = await findAgents(context.store.database, ownerId, [agentId!]);
  if (!agent) throw new DomainError('NOT_FOUND', `step ${id}: its agent is no more`);
  if (!agent.isActive)
    throw new DomainError('INVALID_STATE', `step ${id}: the agent ${agent.name} is not active`);
  const asked = { system: null, model, parameters, limits: {} };
  const { model: wanted, ...assigned } = assignment(agent satisfies AgentPart, asked);
  return { kind: 'agent', ...assigned, ...(await askedModel(context, wanted, id)) };
}

async function settleTemplate(
  { store }: EngineContext,
  { id, template: name }: WorkflowStep,
  ownerId: string,
): Promise<TemplateWorker> {
  const template = await findTemplate(store.database, ownerId, { name: name! });
  if (!template) throw new DomainError('NOT_FOUND', `step ${id}: its template ${name} is no more`);
  if (!template.isActive)
    throw new DomainError('INVALID_STATE', `step ${id}: the template ${name} is not active`);
  const { version, parameters, steps } = template;
  return { kind: 'template', name: template.name, version, parameters, steps };
}

async function askedModel(context: EngineContext, name: string | null, stepId: string): Promise<AskedModel> {
  const found = await findModel(context, name);
  if (found) return found;
  const what = name === null ? 'no active model to choose from' : `no model ${JSON.stringify(name)}`;
  throw new DomainError('MODEL_NOT_FOUND', `step ${stepId}: there is ${what}`);
}

/** The model of a name, or a chosen one for null. @returns null when there is none. */
export async function findModel(
  { store, providers }: EngineContext,
  name: string | null,
): Promise<AskedModel | null> {
  if (name !== null) {
    const known = await store.lookups.model(name);
    return known && { ...known, events: [] };
  }
  const candidates = await findModels(store.database, { providers: [...providers.keys()], name: null });
  const choice = chooseModel(candidates);
  if (!choice) return null;
  const { provider, modelId } = choice.selected;
  const alternatives = choice.alternatives.map((other) => `${other.provider}/${other.modelId}`);
  const data = { provider, model: modelId, reason: choice.reason, alternatives };
  return { provider, model: modelId, events: [{ type: 'ModelSelected', data }] };
}
