import { z } from 'zod';
import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { abilityFor } from '../../rules/agents/agent.ts';
import {
  type AgentRow,
  type AgentSettings,
  findAgents,
  insertAgent,
  listAgents,
  deleteAgent as removeAgent,
  updateAgent as writeAgent,
} from '../../store/agents/agents.ts';
import { withFreshId } from '../../store/database/fresh-id.ts';
import { type Origin, TOOL_NAMES, type ToolName } from '../../vocabulary.ts';
import { resolveModel } from '../models/model.ts';
import { requireVersion } from '../request/expected-version.ts';
import { withoutNulls } from '../request/fields.ts';
import { connect, type PageArguments, readPage } from '../request/page.ts';
import { requireBytes, requireObject } from '../request/quota.ts';
import { text, validate } from '../request/validate.ts';
import { requireViewer } from '../request/viewer.ts';
import { agentChange, newAgent } from './agent-input.ts';

/**
 * A built-in agent, or one of the viewer's own. @throws DomainError NOT_FOUND @param field the argument that
 * names it
 */
export async function agent(context: Context, id: string, field = 'id'): Promise<AgentRow> {
  const { userId } = requireViewer(context);
  const [found] = await findAgents(context.store.database, userId, [id]);
  if (!found) throw new DomainError('NOT_FOUND', `${field}: there is no such agent`, { field });
  return found;
}

export interface AgentFilter {
  type?: string | null | undefined;
  isActive?: boolean | null | undefined;
  origins?: Origin[] | null | undefined;
}

const searched = z.object({ type: text({ max: 100 }).nullish() });

/** The viewer's agents and the built-in ones, newest first. */
export async function agents(context: Context, given: PageArguments, filter: AgentFilter | null | undefined) {
  const { userId } = requireViewer(context);
  const page = readPage(given);
  const { type } = validate(searched, { ...filter }, 'filter');
  const found = listAgents(context.store.database, {
    userId,
    type: type ?? null,
    isActive: filter?.isActive ?? null,
    origins: filter?.origins ?? null,
  });
  return connect(page, found);
}

/** No task has this type, so the agent handles only tasks that name it. */
const FRESH: Omit<AgentSettings, 'name'> = {
  type: 'custom',
  description: '',
  capabilities: [],
  provider: null,
  model: null,
  systemPrompt: null,
  tools: TOOL_NAMES,
  parameters: {},
  limits: {},
  isActive: true,
};

/** @throws DomainError VALIDATION_ERROR, UNKNOWN_MODEL, PROVIDER_NOT_CONFIGURED */
export async function createAgent(context: Context, input: unknown): Promise<AgentRow> {
  const { userId } = requireViewer(context);
  const given = validate(newAgent, input, 'input');
  await requireObject(context, given);
  const settings = await changed(context, { ...FRESH, name: given.name }, given);
  const { database } = context.store;
  const { origin } = context;
  return withFreshId({ origin, kind: 'agent' }, (id) =>
    insertAgent(database, { id, ownerId: userId, origin, ...settings }),
  );
}

/** Existing tasks are not affected. @throws DomainError NOT_FOUND, CONFLICT, FORBIDDEN for a built-in one */
export async function updateAgent(context: Context, id: string, input: unknown): Promise<AgentRow> {
  const given = validate(agentChange, input, 'input');
  await requireBytes(context, given);
  const before = await changeable(context, id);
  const version = given.expectedVersion ?? null;
  requireVersion(before, version, 'agent');
  const settings = await changed(context, before, given);
  const written = await writeAgent(context.store.database, { id, version }, settings);
  if (written) return written;
  // Deleted, or changed to another version, since it was read.
  requireVersion(await agent(context, id, 'input.id'), version, 'agent');
  throw new DomainError('NOT_FOUND', 'input.id: there is no such agent', { field: 'input.id' });
}

/** @throws DomainError NOT_FOUND, FORBIDDEN or INVALID_STATE for a built-in one. */
export async function deleteAgent(context: Context, id: string): Promise<void> {
  const { ownerId } = await changeable(context, id);
  if (ownerId === null) {
    const message =
      'input.id: a built-in agent cannot be deleted; set `isActive: false` so that it accepts no tasks';
    throw new DomainError('INVALID_STATE', message, { field: 'input.id' });
  }
  if (!(await removeAgent(context.store.database, id)))
    throw new DomainError('NOT_FOUND', 'input.id: there is no such agent', { field: 'input.id' });
}

async function changeable(context: Context, id: string): Promise<AgentRow> {
  const found = await agent(context, id, 'input.id');
  if (found.ownerId !== null || requireViewer(context).isAdmin) return found;
  throw new DomainError('FORBIDDEN', 'input.id: only an admin may change a built-in agent', {
    field: 'input.id',
  });
}

/** Merges the changes into the current settings; null removes a setting. */
async function changed(
  context: Context,
  before: AgentSettings,
  given: z.infer<typeof agentChange>,
): Promise<AgentSettings> {
  const { parameters, limits, systemPrompt } = given;
  return {
    name: given.name ?? before.name,
    type: given.type ?? before.type,
    description: given.description ?? before.description,
    capabilities: given.capabilities ?? before.capabilities,
    ...(await changedModel(context, before, given.model, given.tools ?? before.tools)),
    systemPrompt: systemPrompt === undefined ? before.systemPrompt : systemPrompt,
    tools: given.tools ?? before.tools,
    parameters: parameters ? withoutNulls(parameters) : before.parameters,
    limits: limits ? withoutNulls(limits) : before.limits,
    isActive: given.isActive ?? before.isActive,
  };
}

async function changedModel(
  context: Context,
  before: AgentSettings,
  name: string | null | undefined,
  tools: readonly ToolName[],
): Promise<Pick<AgentSettings, 'provider' | 'model'>> {
  if (name === undefined) return { provider: before.provider, model: before.model };
  if (name === null) return { provider: null, model: null };
  const { provider, model } = await resolveModel(context, name, 'input.model', abilityFor(tools));
  return { provider, model };
}
