import { LRUCache } from 'lru-cache';
import type { ClientBase } from 'pg';
import { DomainError } from '../../errors.ts';
import { ACCOUNT_LIMITS } from '../../rules/accounts/account-limits.ts';
import type { Database } from '../database/database.ts';

/** Limits the QUEUED runs of each account. */
export interface QueueLimits {
  /**
   * Checks the limit before a run is queued on request; runs created by other runs are not checked here. The
   * count is cached briefly, so other processes may cause an account to exceed its limit slightly.
   * @param client of an open transaction
   * @throws DomainError RATE_LIMITED
   */
  require(ownerId: string, client?: ClientBase): Promise<void>;
}

const FRESH_MS = 250;
const MAX_ACCOUNTS = 10_000;

interface State {
  limit: number;
  queued: number;
}

export function createQueueLimits({ pool }: Pick<Database, 'pool'>): QueueLimits {
  const known = new LRUCache<string, { readAt: number; reading: Promise<State> }>({ max: MAX_ACCOUNTS });

  /** Concurrent requests share one count and its remainder. */
  function stateOf(ownerId: string, client: Pick<ClientBase, 'query'>): Promise<State> {
    const last = known.get(ownerId);
    if (last && performance.now() - last.readAt < FRESH_MS) return last.reading;
    const reading = read(client, ownerId);
    known.set(ownerId, { readAt: performance.now(), reading });
    reading.catch(() => known.delete(ownerId));
    return reading;
  }

  return {
    async require(ownerId, client) {
      const state = await stateOf(ownerId, client ?? pool);
      if (state.queued >= state.limit) throw tooMany(state);
      state.queued += 1;
    },
  };
}

async function read(client: Pick<ClientBase, 'query'>, ownerId: string): Promise<State> {
  // Unnamed: a cached plan from when the table was small would read all of it.
  const { rows } = await client.query<State>({
    text: `
      select account.most as limit, (
        select count(*)::int from (select from run where owner_id = $1 and status = 'queued' limit account.most) as run
      ) as queued
      from (select coalesce(max_queued_runs, ${ACCOUNT_LIMITS.maxQueuedRuns.unlessSet}) as most from app_user where id = $1) as account`,
    values: [ownerId],
  });
  return rows[0] ?? { limit: 0, queued: 0 };
}

function tooMany({ limit, queued }: State): DomainError {
  const message = `the account has ${queued} queued runs, and its limit is ${limit}; try again when some have started`;
  return new DomainError('RATE_LIMITED', message, {
    quota: 'queuedRuns',
    limit,
    used: queued,
    retryAfter: 1,
  });
}
