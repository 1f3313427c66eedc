import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { assignment, chooseAgent, stricter } from '../../rules/agents/agent.ts';
import type { AgentRow } from '../../store/agents/agents.ts';
import type { NewEvent } from '../../store/log/events.ts';
import type { SessionRow } from '../../store/sessions/sessions.ts';
import type { NewTask } from '../../store/tasks/new-task.ts';
import { agent } from '../agents/agent.ts';
import { withoutNulls } from '../request/fields.ts';
import { requireViewer } from '../request/viewer.ts';
import type { NewTaskInput } from './task-input.ts';

/** Fields for agents, which a plain model would ignore. */
export const OF_AGENTS = ['agentId', 'maxIterations'] as const;

/** The part of a new task that depends on its agent. */
export interface Assignment extends Pick<NewTask, 'system' | 'parameters' | 'maxCost'> {
  agent: NonNullable<NewTask['agent']>;
  /** null: chosen. */
  model: string | null;
  events: NewEvent[];
}

/** @throws DomainError NOT_FOUND, INVALID_STATE, VALIDATION_ERROR with the field */
export async function assign(
  context: Context,
  given: NewTaskInput,
  session: SessionRow | null,
): Promise<Assignment> {
  const { chosen, events } = await chosenAgent(context, given);
  const { maxIterations, costLimit: maxCost } = given;
  const ofSession = withoutNulls({ maxIterations: session?.settings.maxIterations });
  const asked = {
    system: given.systemPrompt ?? null,
    model: given.model ?? null,
    parameters: withoutNulls(given.parameters ?? {}),
    limits: stricter(ofSession, withoutNulls({ maxIterations, maxCost })),
  };
  return { ...assignment(chosen, asked), events };
}

/** @throws DomainError NOT_FOUND, INVALID_STATE, VALIDATION_ERROR with the field */
export async function chosenAgent(
  context: Context,
  { agentId, type }: Pick<NewTaskInput, 'agentId' | 'type'>,
): Promise<{ chosen: AgentRow; events: NewEvent[] }> {
  if (agentId) return { chosen: requireActive(await agent(context, agentId, 'input.agentId')), events: [] };
  const candidates = await context.store.lookups.activeAgents(requireViewer(context).userId);
  const choice = chooseAgent(candidates, type ?? null);
  if (!choice) {
    const message =
      'input.type: there is neither an active agent for this type nor a general one; name one with agentId';
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
