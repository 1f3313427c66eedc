import type { ClientBase } from 'pg';
import type { RunError } from '../../../errors.ts';
import { RUN_KINDS } from '../../../vocabulary.ts';
import { transaction } from '../../database/transaction.ts';
import { UNTAKEN } from '../../entities/run-statuses.ts';
import type { LoggedEvent } from '../../log/events.ts';
import { publishAll } from '../../log/publish-all.ts';
import type { Store } from '../../store.ts';
import { lockParents } from '../dependencies.ts';
import { endAllWithin } from '../end-run.ts';
import { lockThreads } from '../end-turns.ts';

/** Runs that one call ends; the next call ends more. */
const MOST = 200;

const ERROR: RunError = {
  code: 'EXPIRED',
  message: 'the run had not started by its `expiresAt`',
};

/**
 * SQL: the run has expired, and no worker has started it. An execution that a worker is about to advance has a
 * `worker_id`.
 */
const HAS_EXPIRED = `expires_at <= now() and status ${UNTAKEN} and attempt = 0 and worker_id is null`;

/**
 * Fails runs that have not started in time.
 * @param report receives what prevented an account's runs from being ended; those of others end nevertheless
 * @returns whether there may be more of them, and the next call can end some
 */
export async function expireRuns(store: Store, report: (error: unknown) => void): Promise<boolean> {
  const { rows } = await store.database.pool.query<{ id: string; ownerId: string }>({
    name: 'find-expired-runs',
    text: `select id, owner_id as "ownerId" from run where ${HAS_EXPIRED} order by expires_at limit ${MOST}`,
  });
  const byOwner = Map.groupBy(rows, ({ ownerId }) => ownerId);
  let hasEnded = false;
  for (const [ownerId, expired] of byOwner) {
    const ids = expired.map(({ id }) => id);
    try {
      const events = await transaction(store.database, (client) => expireWithin(client, ownerId, ids));
      publishAll(store.bus, events);
      hasEnded ||= events.length > 0;
    } catch (error) {
      report(error);
    }
  }
  return rows.length === MOST && hasEnded;
}

/** A worker may have taken a run since it was found, so the condition is checked again once the run is locked. */
async function expireWithin(
  client: ClientBase,
  ownerId: string,
  ids: readonly string[],
): Promise<LoggedEvent[]> {
  await lockThreads(client, ids);
  await lockParents(client, ids);
  const { rows } = await client.query<{ id: string }>({
    name: 'lock-expired-runs',
    text: `select id from run where id = any($1::text[]) and ${HAS_EXPIRED} order by id for update`,
    values: [ids],
  });
  return endAllWithin(
    client,
    { runIds: rows.map(({ id }) => id), kinds: RUN_KINDS, ownerId },
    {
      status: 'failed',
      result: null,
      error: ERROR,
      cancelReason: null,
      events: [{ type: 'RunFailed', data: { error: ERROR } }],
    },
  );
}
