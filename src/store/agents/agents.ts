import type { AgentLimits } from '../../rules/agents/agent.ts';
import type { PromptParameters } from '../../rules/tasks/task.ts';
import type { Origin, ProviderId, ToolName } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { createdAtTextSql, type ListRange, rangeSql, rangeValues } from '../database/keyset-page.ts';

/** The settings of an agent. */
export interface AgentSettings {
  name: string;
  type: string;
  description: string;
  capabilities: readonly string[];
  /** Both or neither; null: chosen for each task. */
  provider: ProviderId | null;
  model: string | null;
  systemPrompt: string | null;
  tools: readonly ToolName[];
  parameters: PromptParameters;
  limits: AgentLimits;
  isActive: boolean;
}

export interface AgentRow extends AgentSettings {
  id: string;
  /** null: built in. */
  ownerId: string | null;
  origin: Origin;
  createdAt: Date;
  updatedAt: Date;
  /** `createdAt` with all six digits, which a Date cannot represent; the first part of a list cursor. */
  createdAtText: string;
}

const COLUMNS = `
  agent.id, agent.owner_id as "ownerId", agent.origin, agent.name, agent.type, agent.description, agent.capabilities,
  agent.provider, agent.model, agent.system_prompt as "systemPrompt", agent.tools, agent.parameters, agent.limits,
  agent.is_active as "isActive", agent.created_at as "createdAt", agent.updated_at as "updatedAt",
  ${createdAtTextSql('agent')} as "createdAtText"`;

/** The agents with some ids that a user can see: their own and the built-in ones. */
export async function findAgents(
  database: Database,
  userId: string,
  ids: readonly string[],
): Promise<AgentRow[]> {
  const { rows } = await database.pool.query<AgentRow>({
    name: 'find-agents',
    text: `select ${COLUMNS} from agent where id = any($1::text[]) and (owner_id = $2 or owner_id is null)`,
    values: [ids, userId],
  });
  return rows;
}

/** The active agents that a user can assign tasks to: their own first, newest first. */
export async function activeAgents(database: Database, userId: string): Promise<AgentRow[]> {
  const { rows } = await database.pool.query<AgentRow>({
    name: 'active-agents',
    text: `
      select ${COLUMNS} from agent where is_active and (owner_id = $1 or owner_id is null)
      order by owner_id nulls last, created_at desc, id desc`,
    values: [userId],
  });
  return rows;
}

export interface AgentListing extends ListRange {
  userId: string;
  type: string | null;
  isActive: boolean | null;
  origins: readonly Origin[] | null;
}

/** Agents newest first, between two positions, by keyset. */
export async function listAgents(database: Database, listing: AgentListing): Promise<AgentRow[]> {
  const range = rangeSql('agent', listing.fromEnd);
  const { rows } = await database.pool.query<AgentRow>({
    name: `list-agents-${range.name}`,
    text: `
      select ${COLUMNS} from agent
      where (owner_id = $7 or owner_id is null) and ($8::text is null or type = $8)
        and ($9::boolean is null or is_active = $9)
        and ($10::text[] is null or origin = any($10)) and ${range.condition}
      ${range.order}`,
    values: [...rangeValues(listing), listing.userId, listing.type, listing.isActive, listing.origins],
  });
  return listing.fromEnd ? rows.reverse() : rows;
}

export async function insertAgent(
  database: Database,
  agent: AgentSettings & { id: string; ownerId: string; origin: Origin },
): Promise<AgentRow> {
  const { rows } = await database.pool.query<AgentRow>(
    `insert into agent (id, name, type, description, capabilities, provider, model, system_prompt, tools, parameters,
       limits, is_active, owner_id, origin)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) returning ${COLUMNS}`,
    [agent.id, ...settings(agent), agent.ownerId, agent.origin],
  );
  return rows[0]!;
}

/** @returns null when it has been deleted */
export async function updateAgent(
  database: Database,
  id: string,
  agent: AgentSettings,
): Promise<AgentRow | null> {
  const { rows } = await database.pool.query<AgentRow>(
    `update agent set name = $2, type = $3, description = $4, capabilities = $5, provider = $6, model = $7,
       system_prompt = $8, tools = $9, parameters = $10, limits = $11, is_active = $12, updated_at = clock_timestamp()
     where id = $1 returning ${COLUMNS}`,
    [id, ...settings(agent)],
  );
  return rows[0] ?? null;
}

function settings(agent: AgentSettings): unknown[] {
  return [
    agent.name,
    agent.type,
    agent.description,
    agent.capabilities,
    agent.provider,
    agent.model,
    agent.systemPrompt,
    agent.tools,
    JSON.stringify(agent.parameters),
    JSON.stringify(agent.limits),
    agent.isActive,
  ];
}

/**
 * Its tasks are kept; unfinished ones continue with the settings it had. @returns false when it has been
 * deleted already
 */
export async function deleteAgent(database: Database, id: string): Promise<boolean> {
  const { rowCount } = await database.pool.query('delete from agent where id = $1', [id]);
  return rowCount === 1;
}
