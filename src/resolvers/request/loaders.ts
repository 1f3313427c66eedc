import DataLoader from 'dataloader';
import type { Loaders } from '../../context.ts';
import { totalUsage } from '../../rules/models/resource-usage.ts';
import { readAccounts } from '../../store/accounts/accounts.ts';
import { findAgents } from '../../store/agents/agents.ts';
import { readAgentReports } from '../../store/agents/reports.ts';
import { readToolCalls } from '../../store/agents/tool-calls.ts';
import { readBulkOperations } from '../../store/bulk/bulk.ts';
import type { Database } from '../../store/database/database.ts';
import { countDeliveries, readDeliveries } from '../../store/integrations/deliveries.ts';
import { readEventPages } from '../../store/log/event-pages.ts';
import { type LogPosition, readTexts } from '../../store/log/generated-text/read-text.ts';
import { readBudgets } from '../../store/money/budgets.ts';
import { readModelCalls, readSpend } from '../../store/money/model-call-reports.ts';
import { readOrchestrationParts, readOrchestrations } from '../../store/orchestrations/orchestrations.ts';
import { readRounds } from '../../store/orchestrations/rounds.ts';
import { readResourceUsage } from '../../store/runs/checkpoints.ts';
import { readSessions } from '../../store/sessions/sessions.ts';
import { readSessionTotals } from '../../store/sessions/totals.ts';
import { readArtifacts, readArtifactsById } from '../../store/tasks/artifacts.ts';
import { countTasksOf, readTasksOf } from '../../store/tasks/list-tasks.ts';
import { readDependencies, readTasks } from '../../store/tasks/tasks.ts';
import {
  countSessionThreads,
  readSessionThreads,
  readThreads,
  readThreadTexts,
} from '../../store/threads/threads.ts';
import {
  readExecutionSpend,
  readExecutionSteps,
  readExecutions,
  readExecutionTasks,
} from '../../store/workflows/executions.ts';
import { readWorkflows } from '../../store/workflows/workflows.ts';
import { createCountLoader, createPageLoader } from './page-loader.ts';

/** Batches without caching: the context of a subscription lives as long as the run changes. */
export function createLoaders(database: Database, userId: string | null): Loaders {
  const asker = userId ?? '';
  return {
    accounts: oneOfEach((ids) => readAccounts(database, ids)),
    artifacts: manyOfEach((ids) => readArtifacts(database, ids)),
    artifactsById: oneOfEach((ids) => readArtifactsById(database, ids)),
    modelCalls: manyOfEach((ids) => readModelCalls(database, ids)),
    toolCalls: manyOfEach((ids) => readToolCalls(database, ids)),
    spend: oneOfEach((ids) => readSpend(database, ids)),
    events: createPageLoader(database, readEventPages, ({ runId }) => runId),
    texts: textOfEach((positions) => readTexts(database, 'TokensGenerated', positions)),
    reasonings: textOfEach((positions) => readTexts(database, 'ReasoningGenerated', positions)),
    budgets: oneOfEach((ids) => readBudgets(database, ids)),
    workflows: oneOfEach((ids) => readWorkflows(database, ids)),
    executions: oneOfEach((ids) => readExecutions(database, ids)),
    executionSpend: oneOfEach((ids) => readExecutionSpend(database, ids)),
    executionSteps: manyOfEach((ids) => readExecutionSteps(database, ids)),
    executionTasks: manyOfEach((ids) => readExecutionTasks(database, ids)),
    tasks: oneOfEach((ids) => readTasks(database, ids)),
    sessions: oneOfEach((ids) => readSessions(database, ids)),
    threads: oneOfEach((ids) => readThreads(database, ids)),
    threadPrompts: oneOfEach((ids) => readThreadTexts(database, 'originalPrompt', ids)),
    threadContexts: oneOfEach((ids) => readThreadTexts(database, 'context', ids)),
    sessionTotals: oneOfEach((ids) => readSessionTotals(database, ids)),
    tasksOf: createPageLoader(database, readTasksOf, ({ parentId }) => parentId),
    taskCounts: createCountLoader(database, countTasksOf),
    sessionThreads: createPageLoader(database, readSessionThreads, ({ sessionId }) => sessionId),
    sessionThreadCounts: countOfEach((ids) => countSessionThreads(database, ids)),
    deliveryCounts: countOfEach((ids) => countDeliveries(database, ids)),
    deliveries: createPageLoader(database, readDeliveries, ({ integrationId }) => integrationId),
    agents: oneOfEach(
      async (ids) => new Map((await findAgents(database, asker, ids)).map((row) => [row.id, row])),
    ),
    agentReports: gathering(async (ids) => {
      const byAgent = await readAgentReports(database, asker, [...new Set(ids)]);
      return (id) => byAgent.get(id)!;
    }),
    bulkOperations: oneOfEach((ids) => readBulkOperations(database, ids)),
    orchestrations: oneOfEach((ids) => readOrchestrations(database, ids)),
    orchestrationPrompts: oneOfEach((ids) => readOrchestrationParts(database, 'prompt', ids)),
    orchestrationOutputs: oneOfEach((ids) => readOrchestrationParts(database, 'output', ids)),
    orchestrationEndings: oneOfEach((ids) => readOrchestrationParts(database, 'ending', ids)),
    rounds: gathering(async (ids) => {
      const byOrchestration = Map.groupBy(await readRounds(database, ids), (row) => row.orchestrationId);
      return (id) => byOrchestration.get(id) ?? [];
    }),
    dependencies: gathering(async (ids) => {
      const byTask = Map.groupBy(await readDependencies(database, ids), ({ dependentId }) => dependentId);
      return (id) => byTask.get(id) ?? [];
    }),
    resourceUsage: gathering(async (ids) => {
      const byRun = Map.groupBy(await readResourceUsage(database, ids), ({ runId }) => runId);
      return (id) => totalUsage((byRun.get(id) ?? []).map(({ usage }) => usage));
    }),
  };
}

type Ids = readonly string[];

/** @param read one query for all ids; returns a function that finds the value for an id in the result */
function gathering<Value>(read: (ids: Ids) => Promise<(id: string) => Value>): DataLoader<string, Value> {
  return new DataLoader(
    async (ids: Ids) => {
      const find = await read(ids);
      return ids.map(find);
    },
    { cache: false },
  );
}

function oneOfEach<Row>(read: (ids: Ids) => Promise<Map<string, Row>>): DataLoader<string, Row | null> {
  return gathering(async (ids) => {
    const byId = await read(ids);
    return (id) => byId.get(id) ?? null;
  });
}

function countOfEach(read: (ids: Ids) => Promise<Map<string, number>>): DataLoader<string, number> {
  return gathering(async (ids) => {
    const byId = await read(ids);
    return (id) => byId.get(id) ?? 0;
  });
}

/** Reads each text once, however often it is selected. */
function textOfEach(
  read: (positions: readonly LogPosition[]) => Promise<(string | null)[]>,
): DataLoader<LogPosition, string | null> {
  const keyOf = ({ runId, seq }: LogPosition) => `${seq} ${runId}`;
  return new DataLoader(
    async (wanted: readonly LogPosition[]) => {
      const distinct = [...new Map(wanted.map((position) => [keyOf(position), position])).values()];
      const texts = await read(distinct);
      const byKey = new Map(distinct.map((position, index) => [keyOf(position), texts[index] ?? null]));
      return wanted.map((position) => byKey.get(keyOf(position)) ?? null);
    },
    { cache: false },
  );
}

function manyOfEach<Row extends { runId: string }>(
  read: (runIds: Ids) => Promise<Row[]>,
): DataLoader<string, Row[]> {
  return gathering(async (ids) => {
    const byRun = Map.groupBy(await read(ids), ({ runId }) => runId);
    return (id) => byRun.get(id) ?? [];
  });
}
