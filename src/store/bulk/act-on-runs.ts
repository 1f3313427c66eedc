import type { ClientBase } from 'pg';
import { coerceError, DomainError, type RequestErrorCode } from '../../errors.ts';
import type { BulkExample } from '../../rules/runs/bulk.ts';
import { KINDS_IN_BULK, LEASED_KINDS } from '../../rules/runs/kinds.ts';
import type { BulkAction, RunKind, RunStatus } from '../../vocabulary.ts';
import type { LoggedEvent } from '../log/events.ts';
import { tooMany } from '../orchestrations/capacity.ts';
import { requeueOrchestrationWithin } from '../orchestrations/retry-orchestration.ts';
import { cancelAllWithin } from '../runs/cancel-run.ts';
import { deleteWholeRunsWithin, type WorkingFolder } from '../runs/deletion/delete-runs.ts';
import { lockThreads } from '../runs/end-turns.ts';
import { withStatus } from '../runs/read-runs.ts';
import { EXECUTION_STATUS } from '../runs/run-row.ts';
import type { Store } from '../store.ts';
import { queueTaskWithin, requeueTasksWithin } from '../tasks/queue-task.ts';
import { cancelExecutionWithin, retryExecutionWithin } from '../workflows/end-execution.ts';
import type { BulkTarget } from './bulk.ts';
import type { StartedBulk } from './match-runs.ts';

/** What became of the runs of a batch, all in the caller's transaction. */
export interface BatchOutcome {
  done: number;
  exceptions: BulkExample[];
  /** To be published after the commit. */
  events: LoggedEvent[];
  sessionIds: (string | null)[];
  folders: WorkingFolder[];
}

interface Present extends BulkTarget {
  status: RunStatus;
  parentId: string | null;
}

/** What an action did: the ids of the runs that it acted on, and which were refused. */
interface Acted extends Partial<Pick<BatchOutcome, 'sessionIds' | 'folders'>> {
  done: readonly string[];
  events: LoggedEvent[];
  refused?: ReadonlyMap<string, DomainError>;
}

type Act = (store: Store, client: ClientBase, bulk: StartedBulk, runs: readonly Present[]) => Promise<Acted>;

const ACTS: Record<BulkAction, Act> = {
  cancel,
  retry,
  async delete(_store, client, { ownerId, settings: { filter } }, runs) {
    const ids = runs.map(({ id }) => id);
    const { deleted, ...others } = await deleteWholeRunsWithin(client, ownerId, {
      ids,
      kinds: KINDS_IN_BULK,
      statuses: filter?.statuses ?? null,
    });
    return { done: deleted, ...others };
  },
};

/** Acts on some runs, in the transaction that records it. What a run's state does not allow is skipped. */
export async function actOnRuns(
  store: Store,
  client: ClientBase,
  bulk: StartedBulk,
  targets: readonly BulkTarget[],
): Promise<BatchOutcome> {
  const present = await readPresent(client, bulk, targets);
  const acted = await ACTS[bulk.action](store, client, bulk, [...present.values()]);
  const { done, refused = new Map<string, DomainError>(), events, sessionIds = [], folders = [] } = acted;
  const isDone = new Set(done);
  const left = targets.filter(({ id }) => !isDone.has(id));
  const later = left.length > 0 ? await readPresent(client, bulk, left) : present;
  const exceptions = left.map(({ id, kind }): BulkExample => {
    const error = refused.get(id);
    return {
      runId: id,
      kind,
      ...(error
        ? { exception: 'failed', code: error.code as RequestErrorCode, message: error.message }
        : { exception: 'skipped', ...reasonOf(bulk, later.get(id)) }),
    };
  });
  return { done: isDone.size, exceptions, events, sessionIds, folders };
}

/** Those that exist, in the same order. */
async function readPresent(
  client: ClientBase,
  { ownerId }: StartedBulk,
  targets: readonly BulkTarget[],
): Promise<Map<string, Present>> {
  const { rows } = await client.query<Present>({
    name: 'read-runs-of-bulk',
    text: `
      select run.id, run.kind, ${EXECUTION_STATUS} as status, parent_id as "parentId"
      from unnest($1::text[], $2::text[]) with ordinality as target (id, kind, position)
        join run on run.id = target.id and run.kind = target.kind left join execution on execution.id = run.id
      where owner_id = $3 order by position`,
    values: [targets.map(({ id }) => id), targets.map(({ kind }) => kind), ownerId],
  });
  return new Map(rows.map((row) => [row.id, row]));
}

function reasonOf(
  { action, settings: { filter } }: StartedBulk,
  run: Present | undefined,
): Pick<BulkExample, 'code' | 'message'> {
  if (!run) return { code: 'NOT_FOUND', message: 'it does not exist any more' };
  const code = 'INVALID_STATE';
  if (run.parentId !== null && action !== 'cancel')
    return { code, message: 'it is part of an execution; name the execution instead' };
  if (action !== 'retry' && filter?.statuses && !filter.statuses.includes(run.status))
    return { code, message: `it is ${run.status} now, which the filter does not select` };
  if (action === 'cancel') return { code, message: `it is ${run.status} and has already ended` };
  if (run.status !== 'failed')
    return { code, message: `it is ${run.status}; only a failed run can be retried` };
  return { code, message: 'a task that it depends on has not completed, or it was imported' };
}

/** Executions are locked before other runs, as everywhere. */
async function cancel(
  _store: Store,
  client: ClientBase,
  { ownerId, settings: { reason, filter } }: StartedBulk,
  runs: readonly Present[],
): Promise<Acted> {
  const events: LoggedEvent[] = [];
  const selected = (ids: readonly string[]) => lockSelected(client, ids, filter?.statuses ?? null);
  for (const { id } of runs.filter(({ kind }) => kind === 'execution').toSorted(byId))
    for (const runId of await selected([id]))
      events.push(...(await cancelExecutionWithin(client, { runId, ownerId }, reason)));
  const runIds = await selected(runs.filter(({ kind }) => kind !== 'execution').map(({ id }) => id));
  if (runIds.length > 0)
    events.push(...(await cancelAllWithin(client, { runIds, kinds: LEASED_KINDS, ownerId, reason })));
  const cancelled = new Set(events.flatMap(({ type, runId }) => (type === 'RunCancelled' ? [runId] : [])));
  return { done: runs.flatMap(({ id }) => (cancelled.has(id) ? [id] : [])), events };
}

/** @returns those of some runs, which are locked then, that still have one of some statuses; null: of any */
async function lockSelected(
  client: ClientBase,
  ids: readonly string[],
  statuses: readonly RunStatus[] | null,
): Promise<readonly string[]> {
  if (!statuses) return ids;
  await lockThreads(client, ids);
  await client.query({
    name: 'lock-selected-runs',
    text: 'select from run where id = any($1::text[]) order by id for update',
    values: [ids],
  });
  return withStatus(client, ids, statuses);
}

const byId = (one: Present, other: Present) => (one.id < other.id ? -1 : 1);

/** Minimum size of the events of a run, in bytes. */
const LEAST_RUN_BYTES = 1024;

type Retry = (client: ClientBase, bulk: StartedBulk, runId: string) => Promise<LoggedEvent[]>;

/** Of runs that are queued one by one. */
const RETRIES: Record<Exclude<RunKind, 'bulk'>, Retry> = {
  task: async (client, { ownerId }, runId) =>
    (await queueTaskWithin(client, { runId, ownerId, from: 'failed' }))?.events ?? [],
  execution: (client, { ownerId }, runId) => retryExecutionWithin(client, { runId, ownerId }),
  async orchestration(client, { ownerId, settings: { maxOrchestrations: most } }, runId) {
    const queued = await requeueOrchestrationWithin(client, { runId, ownerId }, most);
    if (queued) return queued.events;
    if ((await withStatus(client, [runId], ['failed'])).length > 0) throw tooMany(most);
    return [];
  },
};

/** Orchestrations lock the account, which comes before runs in the order of locks. */
const RETRIED_FIRST: RunKind = 'orchestration';

/** The limits of the account apply as to single retries. */
async function retry(
  store: Store,
  client: ClientBase,
  bulk: StartedBulk,
  runs: readonly Present[],
): Promise<Acted> {
  const failed = runs.filter(
    ({ status, kind, parentId }) => status === 'failed' && !(kind === 'task' && parentId !== null),
  );
  const refused = new Map<string, DomainError>();
  /** @returns null when it was refused */
  async function tryOne<Value>(id: string, attempt: () => Promise<Value>): Promise<Value | null> {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof DomainError)) throw coerceError(error);
      refused.set(id, error);
      return null;
    }
  }
  for (const { id } of failed) await tryOne(id, () => requireCapacity(store, client, bulk.ownerId));
  const permitted = failed.filter(({ id }) => !refused.has(id));
  const together = new Set(await readThreadless(client, permitted));
  const events: LoggedEvent[] = [];
  for (const { id, kind } of permitted.toSorted(byRetry)) {
    if (kind === 'bulk' || together.has(id)) continue;
    events.push(...((await tryOne(id, () => RETRIES[kind](client, bulk, id))) ?? []));
  }
  events.push(...(await requeueTasksWithin(client, bulk.ownerId, [...together])));
  const queued = new Set(events.flatMap(({ type, runId }) => (type === 'RunQueued' ? [runId] : [])));
  return { done: failed.flatMap(({ id }) => (queued.has(id) ? [id] : [])), events, refused };
}

const byRetry = (one: Present, other: Present) =>
  Number(other.kind === RETRIED_FIRST) - Number(one.kind === RETRIED_FIRST);

/** @throws DomainError RATE_LIMITED, QUOTA_EXCEEDED */
async function requireCapacity(store: Store, client: ClientBase, ownerId: string): Promise<void> {
  await store.queueLimits.require(ownerId, client);
  await store.quotas.require(ownerId, { bytes: LEAST_RUN_BYTES }, client);
}

/** Tasks that do not have to wait for the turns of a thread. */
async function readThreadless(client: ClientBase, runs: readonly Present[]): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>({
    name: 'read-threadless-tasks',
    text: 'select id from task where id = any($1::text[]) and thread_id is null',
    values: [runs.map(({ id }) => id)],
  });
  return rows.map(({ id }) => id);
}
