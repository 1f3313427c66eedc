import { type RunKind, TASK_KINDS } from '../../../vocabulary.ts';
import { OF_ACCOUNT, type Scope, sumCounts } from '../../analytics/counters/sum-counts.ts';
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
  { ownerId, filter, executionId }: RunSelection,
): Promise<number | null> {
  if (executionId !== null) return null;
  const { sessionId, statuses, types, taskKinds, ...others } = filter;
  if (Object.values({ ...EVERY_RUN, ...others }).some((value) => value !== null)) return null;
  const scope: Scope = sessionId === null ? OF_ACCOUNT : { sessionId };
  if (types === null && taskKinds === null) {
    // A started execution is running to clients, whatever its row says.
    if (statuses !== null && kinds.includes('execution')) return null;
    return sumCounts(database, ownerId, scope, { subject: 'run', names: kinds, details: statuses });
  }
  if (statuses !== null || sessionId !== null) return null;
  const names = typeNames(kinds, taskKinds);
  // Tasks of this kind without a type are not counted by it.
  if (types === null && names.includes('prompt')) return null;
  return sumCounts(database, ownerId, scope, { subject: 'type', names, details: types });
}

/** What types are counted by. */
function typeNames(kinds: readonly RunKind[], taskKinds: RunFilter['taskKinds']): readonly string[] {
  const ofTasks = kinds.includes('task') ? (taskKinds ?? TASK_KINDS) : [];
  const ofOthers = kinds.includes('orchestration') && taskKinds === null ? ['orchestration'] : [];
  return [...ofTasks, ...ofOthers];
}
