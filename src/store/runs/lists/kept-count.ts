import { type RunKind, type RunStatus, TASK_KINDS } from '../../../vocabulary.ts';
import { OF_ACCOUNT, type Scope, sumCounts, sumSessionCounts } from '../../analytics/counters/sum-counts.ts';
import type { Database } from '../../database/database.ts';
import { EVERY_RUN, type RunFilter } from './run-filter.ts';
import type { RunSelection } from './selected-sql.ts';

/**
 * The number of runs of some kinds, from counters. null: they do not hold it, because something else than the session
 * with the status, or the type with the kind of task, selects the runs.
 */
export async function readKeptCount(
  database: Database,
  kinds: readonly RunKind[],
  selection: RunSelection,
): Promise<number | null> {
  const { ownerId, filter } = selection;
  const { sessionId, statuses, types, taskKinds } = filter;
  if (!isKept(selection)) return null;
  const scope: Scope = sessionId === null ? OF_ACCOUNT : { sessionId };
  if (types === null && taskKinds === null) {
    if (!areCounted(kinds, statuses)) return null;
    return sumCounts(database, ownerId, scope, { subject: 'run', names: kinds, details: statuses });
  }
  if (statuses !== null || sessionId !== null) return null;
  const names = typeNames(kinds, taskKinds);
  // Tasks of this kind without a type are not counted by it.
  if (types === null && names.includes('prompt')) return null;
  return sumCounts(database, ownerId, scope, { subject: 'type', names, details: types });
}

/** The numbers of the runs of a kind in sessions, in the same way. */
export async function readKeptCounts(
  database: Database,
  sessionIds: readonly string[],
  kind: RunKind,
  selection: RunSelection,
): Promise<{ parentId: string; count: number }[] | null> {
  const { sessionId, statuses, types, taskKinds } = selection.filter;
  const isOther = sessionId !== null || types !== null || taskKinds !== null;
  if (isOther || !isKept(selection) || !areCounted([kind], statuses)) return null;
  return sumSessionCounts(database, selection.ownerId, sessionIds, { name: kind, details: statuses });
}

/** Whether nothing else selects the runs. */
function isKept({ filter, executionId }: RunSelection): boolean {
  const { sessionId, statuses, types, taskKinds, ...others } = filter;
  return executionId === null && Object.values({ ...EVERY_RUN, ...others }).every((value) => value === null);
}

/** Statuses that are in the row of an execution: one that has started is running to clients, whatever its row says. */
const OF_EXECUTION: readonly RunStatus[] = ['completed', 'failed', 'cancelled'];

const areCounted = (kinds: readonly RunKind[], statuses: readonly RunStatus[] | null): boolean =>
  !kinds.includes('execution') || (statuses ?? []).every((status) => OF_EXECUTION.includes(status));

/** What types are counted by. */
function typeNames(kinds: readonly RunKind[], taskKinds: RunFilter['taskKinds']): readonly string[] {
  const ofTasks = kinds.includes('task') ? (taskKinds ?? TASK_KINDS) : [];
  const ofOthers = kinds.includes('orchestration') && taskKinds === null ? ['orchestration'] : [];
  return [...ofTasks, ...ofOthers];
}
