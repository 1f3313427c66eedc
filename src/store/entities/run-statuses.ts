import { RUN_STATUSES, type RunStatus } from '../../vocabulary.ts';

type List = 'listed' | 'open' | 'busy' | 'untaken' | 'held' | 'open execution' | 'finished' | 'ended';

const LISTS: Record<RunStatus, readonly List[]> = {
  pending: ['open', 'untaken', 'listed'],
  queued: ['open', 'untaken', 'held', 'open execution'],
  running: ['open', 'held', 'busy'],
  waiting: ['open', 'open execution', 'busy', 'listed'],
  completed: ['ended', 'finished'],
  failed: ['ended', 'finished', 'listed'],
  cancelled: ['ended', 'listed'],
};

/**
 * SQL of a list, for `status ${OPEN}`. A partial index is used only by statements that name the same statuses as
 * literals, so both are made of the same text.
 */
function inSql(list: List): string {
  const statuses = RUN_STATUSES.filter((status) => LISTS[status].includes(list));
  return `in (${statuses.map((status) => `'${status}'`).join(', ')})`;
}

/** Runs that have not ended. */
export const OPEN = inSql('open');

/** Runs that have begun and not ended, unless they are executions. */
export const BUSY = inSql('busy');

/** Runs that no worker has taken. */
export const UNTAKEN = inSql('untaken');

/** Runs that may have a worker: an execution stays queued while it is advanced. */
export const HELD = inSql('held');

/** Executions that have not ended: none is running for longer than a transaction. */
export const OPEN_EXECUTION = inSql('open execution');

/** Runs that succeeded or failed. */
export const FINISHED = inSql('finished');

export const ENDED = inSql('ended');

/** Runs that lists find by their status. */
export const LISTED = inSql('listed');

/** SQL: a worker may take the run. */
export const IS_READY = `run.status = 'queued' and run.blockers = 0 and run.worker_id is null`;
