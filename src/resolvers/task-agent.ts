import type { z } from 'zod';
import type { Context } from '../context.ts';
import { DomainError } from '../errors.ts';
import { chooseAgent, stricter } from '../rules/agent.ts';
import { type AgentRow, activeAgents } from '../store/agents.ts';
import type { NewTask } from '../store/create-task.ts';
import type { NewEvent } from '../store/events.ts';
import { agent } from './agent.ts';
import { type newTask, withoutNulls } from './task-input.ts';
import { requireViewer } from './viewer.ts';

type Given = z.infer<typeof newTask>;

/** What a task asks for, with its agent's part in it. */
export interface Assignment extends Pick<NewTask, 'system' | 'parameters' | 'maxCost' | 'agent'> {
  /** null: chosen. */
  model: string | null;
  events: NewEvent[];
}

/** @throws DomainError NOT_FOUND, INVALID_STATE, VALIDATION_ERROR with the field */
export async function assign(context: Context, given: Given): Promise<Assignment> {
  const system = given.system ?? null;
  const parameters = withoutNulls(given.parameters ?? {});
  const maxCost = given.maxCost ?? null;
  const own = { system, parameters, model: given.model ?? null };
  if (given.kind !== 'agent') {
    refuseForPrompts(given);
    return { ...own, maxCost: toText(maxCost), agent: null, events: [] };
  }
  if (given.responseSchema) throw notForAgents('responseSchema');
  const { chosen, events } = await chosenAgent(context, given);
  const { maxIterations } = given;
  const limits = stricter(chosen.limits, withoutNulls({ maxIterations, maxCost }));
  return {
    system: [chosen.systemPrompt, system].filter(Boolean).join('\n\n') || null,
    parameters: { ...chosen.parameters, ...parameters },
    model: own.model ?? (chosen.model && `${chosen.provider}/${chosen.model}`),
    maxCost: toText(limits.maxCost ?? null),
    agent: { id: chosen.id, tools: chosen.tools, limits },
    events,
  };
}

const toText = (dollars: number | null) => dollars?.toFixed(12) ?? null;

function refuseForPrompts(given: Given): void {
  for (const name of ['agentId', 'maxIterations'] as const) {
    if (given[name] === null || given[name] === undefined) continue;
    const field = `input.${name}`;
    throw new DomainError('VALIDATION_ERROR', `${field}: is for tasks of the kind AGENT`, { field });
  }
}

function notForAgents(name: string): DomainError {
  const field = `input.${name}`;
  return new DomainError('VALIDATION_ERROR', `${field}: is for tasks of the kind PROMPT`, { field });
}

async function chosenAgent(
  context: Context,
  { agentId, type }: Given,
): Promise<{ chosen: AgentRow; events: NewEvent[] }> {
  if (agentId) return { chosen: requireActive(await agent(context, agentId, 'input.agentId')), events: [] };
  const candidates = await activeAgents(context.store.database, requireViewer(context).userId);
  const choice = chooseAgent(candidates, type ?? null);
  if (!choice) {
    const message =
      'input.type: there is no active agent for it, and none for any work; name one with agentId';
    throw new DomainError('VALIDATION_ERROR', message, { field: 'input.type' });
  }
  const { agent: chosen, reason } = choice;
  const data = { agentId: chosen.id, name: chosen.name, reason };
  return { chosen, events: [{ type: 'AgentSelected', data }] };
}

function requireActive(found: AgentRow): AgentRow {
  if (found.isActive) return found;
  const message = 'input.agentId: the agent is not active';
  throw new DomainError('INVALID_STATE', message, { field: 'input.agentId' });
}
