import type { Context } from '../../context.ts';
import { kindOfType } from '../../rules/runs/kinds.ts';
import { readAccounts } from '../../store/accounts/accounts.ts';
import { findApiKeys } from '../../store/accounts/api-keys.ts';
import { findAgents } from '../../store/agents/agents.ts';
import { findBulkOperations } from '../../store/bulk/bulk.ts';
import type { Database } from '../../store/database/database.ts';
import { findDeliveries } from '../../store/integrations/deliveries.ts';
import { findIntegrations } from '../../store/integrations/integrations.ts';
import { findModels } from '../../store/models/models.ts';
import { findModelCalls, type ModelCallRow } from '../../store/money/model-call-reports.ts';
import { findOrchestrations } from '../../store/orchestrations/orchestrations.ts';
import { findSessions } from '../../store/sessions/sessions.ts';
import { findArtifacts } from '../../store/tasks/artifacts.ts';
import { findTasks } from '../../store/tasks/tasks.ts';
import { findTemplates } from '../../store/templates/templates.ts';
import { findThreads } from '../../store/threads/threads.ts';
import { findExecutions } from '../../store/workflows/executions.ts';
import { findWorkflows } from '../../store/workflows/workflows.ts';
import { requireViewer } from '../request/viewer.ts';

interface Row {
  id: string;
}

/** Reads those of some objects that an account may read, in one query. */
type Find = (database: Database, userId: string, ids: readonly string[]) => Promise<Row[]>;

/** Accounts are private: everyone reads only their own. */
const findOwnAccount: Find = async (database, userId, ids) =>
  ids.includes(userId) ? [...(await readAccounts(database, [userId])).values()] : [];

/** By type of GraphQL. */
const FIND = {
  Agent: findAgents,
  ApiKey: findApiKeys,
  Artifact: findArtifacts,
  BulkOperation: findBulkOperations,
  Delivery: findDeliveries,
  Execution: findExecutions,
  Integration: findIntegrations,
  Model: findModels,
  ModelCall: findModelCalls,
  Orchestration: findOrchestrations,
  Session: findSessions,
  Task: findTasks,
  Template: findTemplates,
  Thread: findThreads,
  User: findOwnAccount,
  Workflow: findWorkflows,
} satisfies Record<string, Find>;

export type NodeName = keyof typeof FIND;

/** Types that can be queried by id. */
export const NODE_NAMES = Object.keys(FIND) as NodeName[];

export interface NodeId {
  typename: NodeName;
  id: string;
}

/**
 * Objects of any types, in the order of their ids: one query for each type, however many ids there are.
 * @returns null for null, and for what does not exist or may not be read; the same object for the same id
 */
export async function readNodes(
  context: Context,
  wanted: readonly (NodeId | null)[],
): Promise<(Row | null)[]> {
  const named = wanted.filter((one) => one !== null);
  const byType = Map.groupBy(named, ({ typename }) => typename);
  const found = await Promise.all(
    [...byType].map(async ([typename, ids]) => [typename, await readType(context, typename, ids)] as const),
  );
  const rows = new Map(found);
  return wanted.map((one) => (one && rows.get(one.typename)?.get(one.id)) ?? null);
}

async function readType(
  context: Context,
  typename: NodeName,
  wanted: readonly NodeId[],
): Promise<Map<string, Row>> {
  const { userId, runIds } = requireViewer(context);
  const ids = [...new Set(wanted.map(({ id }) => id))];
  const find: Find = FIND[typename];
  const rows = await find(context.store.database, userId, ids);
  const readable = runIds ? rows.filter((row) => runIds.includes(runOf(typename, row) ?? '')) : rows;
  return new Map(readable.map((row) => [row.id, row]));
}

/** The run that a run token must be for. */
function runOf(typename: NodeName, row: Row): string | null {
  if (typename === 'ModelCall') return (row as ModelCallRow).runId;
  return kindOfType(typename) ? row.id : null;
}
