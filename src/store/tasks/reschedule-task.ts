import type { ClientBase } from 'pg';
import { DomainError } from '../../errors.ts';
import { statement } from '../database/statement.ts';
import type { StartTimes } from '../runs/create-run.ts';

const reschedule = statement(
  'reschedule-task',
  {
    id: 'text',
    changesStart: 'boolean',
    startAt: 'timestamptz',
    changesExpiry: 'boolean',
    expiresAt: 'timestamptz',
  },
  ($) => {
    const start = `case when ${$.changesStart} then ${$.startAt} else start_at end`;
    const isDeferred = `coalesce(${start} > now(), false)`;
    return `
      update run set start_at = ${start},
        expires_at = case when ${$.changesExpiry} then ${$.expiresAt} else expires_at end,
        deferred_until = case when ${isDeferred} then ${start} end,
        blockers = blockers - (deferred_until is not null)::int + ${isDeferred}::int
      where id = ${$.id}
      returning coalesce(expires_at <= start_at, false) as "isLate"`;
  },
);

/**
 * Changes the start and expiry times of a task that the transaction has locked and no worker has started.
 * @throws DomainError VALIDATION_ERROR when it would expire before it may start
 */
export async function rescheduleTask(
  client: ClientBase,
  id: string,
  { startAt, expiresAt }: Partial<StartTimes>,
): Promise<void> {
  const { rows } = await client.query<{ isLate: boolean }>(
    reschedule({
      id,
      changesStart: startAt !== undefined,
      startAt: startAt ?? null,
      changesExpiry: expiresAt !== undefined,
      expiresAt: expiresAt ?? null,
    }),
  );
  if (!rows[0]!.isLate) return;
  const field = expiresAt ? 'input.expiresAt' : 'input.startAt';
  const message = expiresAt ? 'must be after startAt' : 'must be before expiresAt';
  throw new DomainError('VALIDATION_ERROR', `${field}: ${message}`, {
    field,
    issues: [{ field, message }],
  });
}
