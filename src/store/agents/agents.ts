import type { Origin } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { createdAtText, keysetList, type ListedRow } from '../database/kysely-page.ts';
import type { RowList } from '../database/sql-page.ts';
import { anyOf, CURRENT_TIME, json, optionalFilters, tables } from '../database/tables.ts';

export type AgentRow = ListedRow<'agent'>;

/** The settings of an agent. */
export type AgentSettings = Pick<
  AgentRow,
  | ('name' | 'type' | 'description' | 'capabilities' | 'provider' | 'model' | 'systemPrompt')
  | ('tools' | 'parameters' | 'limits' | 'isActive')
>;

/** The agents that a user can see: their own and the built-in ones. */
function visibleAgents({ pool }: Database, userId: string) {
  return tables(pool)
    .selectFrom('agent')
    .selectAll()
    .select(createdAtText('agent'))
    .where((agent) => agent.or([agent('ownerId', '=', userId), agent('ownerId', 'is', null)]));
}

/** Those of the visible agents that have one of some ids. */
export function findAgents(database: Database, userId: string, ids: readonly string[]): Promise<AgentRow[]> {
  return visibleAgents(database, userId).where('id', '=', anyOf(ids)).execute();
}

/** The active agents that a user can assign tasks to: their own first, newest first. */
export function activeAgents(database: Database, userId: string): Promise<AgentRow[]> {
  return visibleAgents(database, userId)
    .where('isActive', '=', true)
    .orderBy('ownerId', (order) => order.asc().nullsLast())
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .execute();
}

export interface AgentListing {
  userId: string;
  type: string | null;
  isActive: boolean | null;
  origins: readonly Origin[] | null;
}

/** Agents newest first, between two positions. */
export function listAgents(
  database: Database,
  { userId, type, isActive, origins }: AgentListing,
): RowList<AgentRow> {
  const agents = visibleAgents(database, userId).where(
    optionalFilters('agent', { type, isActive, origin: origins }),
  );
  return keysetList(database.pool, agents, 'agent');
}

export function insertAgent(
  { pool }: Database,
  agent: AgentSettings & Pick<AgentRow, 'id' | 'ownerId' | 'origin'>,
): Promise<AgentRow> {
  return tables(pool)
    .insertInto('agent')
    .values({ ...agent, parameters: json(agent.parameters), limits: json(agent.limits) })
    .returningAll()
    .returning(createdAtText('agent'))
    .executeTakeFirstOrThrow();
}

/** @param of null: of any version. @returns null when it has been deleted, or is no longer at that version */
export async function updateAgent(
  { pool }: Database,
  of: { id: string; version: number | null },
  agent: AgentSettings,
): Promise<AgentRow | null> {
  const updated = await tables(pool)
    .updateTable('agent')
    .set({ ...agent, parameters: json(agent.parameters), limits: json(agent.limits) })
    .set((row) => ({ version: row('version', '+', 1), updatedAt: CURRENT_TIME }))
    .where(optionalFilters('agent', of))
    .returningAll()
    .returning(createdAtText('agent'))
    .executeTakeFirst();
  return updated ?? null;
}

/**
 * Its tasks are kept; unfinished ones continue with the settings it had. @returns false when it has been
 * deleted already
 */
export async function deleteAgent({ pool }: Database, id: string): Promise<boolean> {
  const { numDeletedRows } = await tables(pool)
    .deleteFrom('agent')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return numDeletedRows === 1n;
}
