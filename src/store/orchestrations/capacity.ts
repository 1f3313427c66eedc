import { DomainError } from '../../errors.ts';
import { OPEN } from '../entities/run-statuses.ts';

/**
 * SQL: whether a user, locked by the transaction before, may have another unfinished one. Those whose start is still
 * ahead are not counted, and may always be added: they hold nothing, and `maxQueuedRuns` limits them. Clients with users
 * of their own have a labelled session for each; then each label is counted separately.
 * @param sessionId SQL of the session's id, or of null. @param startAt SQL of the start of the one to be added, or of null
 */
export function hasCapacitySql(ownerId: string, sessionId: string, most: string, startAt: string): string {
  return `(coalesce(${startAt} > now(), false) or (
    select count(*) from run left join session on session.id = run.session_id
    where run.kind = 'orchestration' and run.owner_id = ${ownerId}
      and run.status ${OPEN} and not coalesce(run.start_at > now(), false)
      and session.user_label is not distinct from (select user_label from session where id = ${sessionId})
  ) < ${most})`;
}

/** A guess, because no one knows when one will end: with most models they take 10 to 60 seconds. */
const RETRY_SECONDS = 10;

export function tooMany(most: number): DomainError {
  const message = `at most ${most} orchestrations of a user can run at once; wait until one of them has ended`;
  return new DomainError('RATE_LIMITED', message, { retryAfter: RETRY_SECONDS });
}
