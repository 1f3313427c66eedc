import DataLoader from 'dataloader';
import type { Loaders } from '../context.ts';
import { readAgentReports } from '../store/agent-reports.ts';
import { findAgents } from '../store/agents.ts';
import { readBudgets } from '../store/budgets.ts';
import type { Database } from '../store/database.ts';
import { readModelCalls, readSpend } from '../store/model-call-reports.ts';
import { readRounds } from '../store/orchestration-rounds.ts';
import { readDependencies } from '../store/tasks.ts';
import { readToolCalls } from '../store/tool-calls.ts';

/** Gathers, but does not remember: a subscription's context lives as long as the run changes. */
export function createLoaders(database: Database, userId: string | null): Loaders {
  const one = <Row>(read: (database: Database, ids: readonly string[]) => Promise<Map<string, Row>>) =>
    new DataLoader<string, Row | null>(
      async (ids) => {
        const byId = await read(database, ids);
        return ids.map((id) => byId.get(id) ?? null);
      },
      { cache: false },
    );
  const many = <Row>(
    read: (database: Database, ids: readonly string[]) => Promise<Row[]>,
    idOf: (row: Row) => string,
  ) =>
    new DataLoader<string, Row[]>(
      async (ids) => {
        const byId = Map.groupBy(await read(database, ids), idOf);
        return ids.map((id) => byId.get(id) ?? []);
      },
      { cache: false },
    );
  return {
    spend: one(readSpend),
    modelCalls: many(readModelCalls, ({ runId }) => runId),
    budgets: one(readBudgets),
    toolCalls: many(readToolCalls, ({ runId }) => runId),
    agents: one(async (_database, ids) => {
      const rows = await findAgents(database, userId ?? '', ids);
      return new Map(rows.map((row) => [row.id, row]));
    }),
    agentReports: new DataLoader(
      async (ids: readonly string[]) => {
        const byAgent = await readAgentReports(database, userId ?? '', [...new Set(ids)]);
        return ids.map((id) => byAgent.get(id)!);
      },
      { cache: false },
    ),
    rounds: many(readRounds, ({ orchestrationId }) => orchestrationId),
    dependencies: many(readDependencies, ({ dependentId }) => dependentId),
  };
}
