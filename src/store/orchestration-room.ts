import type { ClientBase } from 'pg';
import { DomainError } from '../errors.ts';

/** A user's orchestrations begin one after the other, so that none is counted too late. */
export async function lockOrchestrations(client: ClientBase, ownerId: string): Promise<void> {
  await client.query('select from app_user where id = $1 for no key update', [ownerId]);
}

/** SQL: whether a user, locked by the transaction before, may have one more that is not finished. */
export function hasRoomSql(ownerId: string, most: string): string {
  return `(
    select count(*) from run where kind = 'orchestration' and owner_id = ${ownerId}
      and status in ('pending', 'queued', 'running', 'waiting')) < ${most}::int`;
}

export function tooMany(most: number): DomainError {
  const message = `at most ${most} orchestrations of a user run at once; wait until one of them has ended`;
  return new DomainError('RATE_LIMITED', message);
}
