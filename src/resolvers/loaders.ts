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
  return {
    spend: new DataLoader(
      async (runIds: readonly string[]) => {
        const byRun = await readSpend(database, runIds);
        return runIds.map((id) => byRun.get(id) ?? null);
      },
      { cache: false },
    ),
    modelCalls: new DataLoader(
      async (runIds: readonly string[]) => {
        const byRun = Map.groupBy(await readModelCalls(database, runIds), ({ runId }) => runId);
        return runIds.map((id) => byRun.get(id) ?? []);
      },
      { cache: false },
    ),
    budgets: new DataLoader(
      async (subjectIds: readonly string[]) => {
        const bySubject = await readBudgets(database, subjectIds);
        return subjectIds.map((id) => bySubject.get(id) ?? null);
      },
      { cache: false },
    ),
    toolCalls: new DataLoader(
      async (runIds: readonly string[]) => {
        const byRun = Map.groupBy(await readToolCalls(database, runIds), ({ runId }) => runId);
        return runIds.map((id) => byRun.get(id) ?? []);
      },
      { cache: false },
    ),
    agents: new DataLoader(
      async (ids: readonly string[]) => {
        const byId = new Map((await findAgents(database, userId ?? '', ids)).map((row) => [row.id, row]));
        return ids.map((id) => byId.get(id) ?? null);
      },
      { cache: false },
    ),
    agentReports: new DataLoader(
      async (ids: readonly string[]) => {
        const byAgent = await readAgentReports(database, userId ?? '', [...new Set(ids)]);
        return ids.map((id) => byAgent.get(id)!);
      },
      { cache: false },
    ),
    rounds: new DataLoader(
      async (ids: readonly string[]) => {
        const rounds = await readRounds(database, ids);
        const byOrchestration = Map.groupBy(rounds, ({ orchestrationId }) => orchestrationId);
        return ids.map((id) => byOrchestration.get(id) ?? []);
      },
      { cache: false },
    ),
    dependencies: new DataLoader(
      async (ids: readonly string[]) => {
        const byTask = Map.groupBy(await readDependencies(database, ids), ({ dependentId }) => dependentId);
        return ids.map((id) => byTask.get(id) ?? []);
      },
      { cache: false },
    ),
  };
}
