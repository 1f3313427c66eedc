import type { ClientBase } from 'pg';
import { DomainError } from '../../errors.ts';

/** A user's orchestrations begin one after the other, so that none is counted too late. */
export async function lockOrchestrations(client: ClientBase, ownerId: string): Promise<void> {
  await client.query('select from app_user where id = $1 for no key update', [ownerId]);
}

/**
 * SQL: whether a user, locked by the transaction before, may have one more that is not finished. A client that has
 * users of its own has a session for each, labelled: then each label is counted alone.
 * @param sessionId SQL of the session's id, or of null.
 */
export function hasCapacitySql(ownerId: string, sessionId: string, most: string): string {
  return `(
    select count(*) from run left join session on session.id = run.session_id
    where run.kind = 'orchestration' and run.owner_id = ${ownerId}
      and run.status in ('pending', 'queued', 'running', 'waiting')
      and session.user_label is not distinct from (select user_label from session where id = ${sessionId})
  ) < ${most}::int`;
}

export function tooMany(most: number): DomainError {
  const message = `at most ${most} orchestrations of a user run at once; wait until one of them has ended`;
  return new DomainError('RATE_LIMITED', message);
}
