import DataLoader from 'dataloader';
import type { Loaders } from '../context.ts';
import { readBudgets } from '../store/budgets.ts';
import type { Database } from '../store/database.ts';
import { readSessionTasks } from '../store/list-tasks.ts';
import { readModelCalls, readSpend } from '../store/model-call-reports.ts';
import { readSessionTotals } from '../store/session-totals.ts';
import { readSessions } from '../store/sessions.ts';
import { readDependencies, readTasks } from '../store/tasks.ts';
import { readSessionThreads } from '../store/threads.ts';
import { createPageLoader } from './page-loader.ts';

/** Gathers, but does not remember: a subscription's context lives as long as the run changes. */
export function createLoaders(database: Database): Loaders {
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
    tasks: one(readTasks),
    dependencies: many(readDependencies, ({ dependentId }) => dependentId),
    sessions: one(readSessions),
    sessionTotals: one(readSessionTotals),
    sessionTasks: createPageLoader(database, readSessionTasks),
    sessionThreads: createPageLoader(database, readSessionThreads),
  };
}
