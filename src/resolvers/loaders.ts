import DataLoader from 'dataloader';
import type { Loaders } from '../context.ts';
import { readBudgets } from '../store/budgets.ts';
import type { Database } from '../store/database.ts';
import { readExecutionSpend, readExecutionSteps, readExecutionTasks } from '../store/executions.ts';
import { readModelCalls, readSpend } from '../store/model-call-reports.ts';
import { readDependencies } from '../store/tasks.ts';
import { readWorkflows } from '../store/workflows.ts';

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
    workflows: one(readWorkflows),
    executionSteps: many(readExecutionSteps, ({ executionId }) => executionId),
    executionTasks: many(readExecutionTasks, ({ executionId }) => executionId),
    executionSpend: one(readExecutionSpend),
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
    dependencies: new DataLoader(
      async (ids: readonly string[]) => {
        const byTask = Map.groupBy(await readDependencies(database, ids), ({ dependentId }) => dependentId);
        return ids.map((id) => byTask.get(id) ?? []);
      },
      { cache: false },
    ),
  };
}
