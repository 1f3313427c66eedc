import type pg from 'pg';
import { coerceError, DomainError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { ReplicaState } from '../../vocabulary.ts';
import { createCatchUp, type LogPosition, readLogPosition } from './catch-up.ts';
import { isConnectionLoss, isRolledBackForOthers } from './connection-loss.ts';
import { createPool, type Database } from './database.ts';
import { inTime, NoAnswer } from './in-time.ts';
import { shareReads } from './share-reads.ts';

/** Runs a statement, also one that counts its own rows. */
export interface Target {
  query(statement: string | pg.QueryConfig | pg.Query, values?: unknown[]): Promise<pg.QueryResult>;
}

/** Why the primary answers instead; `failed`: the statement did, for example because of a recovery conflict. */
export type Reason = Exclude<ReplicaState, 'ready'> | 'failed';

/** Reads that see everything committed before they began. */
export interface ReplicaReading {
  /** @throws DomainError of `read` itself */
  read<Result>(read: (target: Target) => Promise<Result>): Promise<{ result: Result } | Reason>;
}

export interface ReplicaCondition {
  state: ReplicaState;
  /** How long ago the last transaction that it has was committed, and 0 if it has all; null: unavailable. */
  lagSeconds: number | null;
}

/** A streaming standby that answers reads. It may be unavailable at any time. */
export interface Replica {
  begin(): Promise<ReplicaReading | Reason>;
  /** Checks it now, once for all who ask at the same time. */
  condition(): Promise<ReplicaCondition>;
  close(): Promise<void>;
}

const CONNECT_MS = 1_000;
/** For statements: a standby that is frozen or cut off does not refuse them. */
const ANSWER_MS = 5_000;
/** Until it is checked again. */
const RETRY_MS = 500;

interface Options {
  url: string;
  poolMax: number;
  preparesStatements: boolean;
  log: Log;
}

export function openReplica({ url, poolMax, preparesStatements, log }: Options, primary: Database): Replica {
  const pool = createPool(url, poolMax, log, { connectionTimeoutMillis: CONNECT_MS, preparesStatements });
  const flushed = shareReads((_whole: 'whole') => readLogPosition(primary.aside));
  const catchUp = createCatchUp();
  const use = borrow(pool);
  let state: ReplicaState = 'unavailable';
  let retry: NodeJS.Timeout | undefined;
  let isClosed = false;

  function change(next: ReplicaState, why: string): ReplicaState {
    if (state === 'ready' && next !== 'ready' && !isClosed)
      log.warn({ state: next, reason: why }, 'the primary answers instead of the read replica');
    if (state !== 'ready' && next === 'ready') log.info({}, 'the read replica answers reads');
    state = next;
    clearTimeout(retry);
    if (next !== 'ready' && !isClosed) retry = setTimeout(() => void check('whole'), RETRY_MS).unref();
    return next;
  }

  const check = shareReads(async (_whole: 'whole'): Promise<ReplicaCondition> => {
    try {
      const position = await flushed('whole');
      const { lagSeconds } = await use((client) => catchUp(client, position));
      return { state: change(lagSeconds > 0 ? 'behind' : 'ready', `${lagSeconds} s behind`), lagSeconds };
    } catch (error) {
      return { state: change('unavailable', coerceError(error).message), lagSeconds: null };
    }
  });

  async function read<Result>(position: LogPosition, run: (target: Target) => Promise<Result>) {
    if (state !== 'ready') return state;
    try {
      return await use(async (client) => {
        const { lagSeconds } = await catchUp(client, position);
        if (lagSeconds > 0) return change('behind', `${lagSeconds} s behind`) as Reason;
        return { result: await inTime(run(targetOf(client)), ANSWER_MS) };
      });
    } catch (error) {
      if (error instanceof DomainError) throw error;
      if (isLost(error)) void check('whole');
      log.debug({ error: coerceError(error).message }, 'the read replica failed to answer');
      return 'failed';
    }
  }

  void check('whole');
  return {
    async begin() {
      if (state !== 'ready') return state;
      const position = await flushed('whole');
      return { read: (run) => read(position, run) };
    },
    condition: () => check('whole'),
    async close() {
      isClosed = true;
      clearTimeout(retry);
      await pool.end();
    },
  };
}

/**
 * A function that works with a connection. A statement that failed on it may still be running there, so it is closed.
 * Postgres does not notice that while it executes, and so has a limit of its own: by a statement, because poolers refuse
 * most settings at the start of a session. With a pooler for transactions, it is a limit of those of its connections that
 * happened to be asked.
 */
function borrow(pool: pg.Pool) {
  const limited = new WeakSet<pg.PoolClient>();
  return async <Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> => {
    const client = await pool.connect();
    try {
      if (!limited.has(client))
        await inTime(client.query(`set statement_timeout = ${ANSWER_MS}`), CONNECT_MS);
      limited.add(client);
      const result = await work(client);
      client.release();
      return result;
    } catch (error) {
      client.release(true);
      throw error;
    }
  };
}

/** Unlike those of the pool, queries of a client with a callback of their own return no promise. */
function targetOf(client: pg.PoolClient): Target {
  return {
    query: (statement, values) =>
      new Promise((resolve, reject) => {
        const settle = (error: Error | null, result: pg.QueryResult) =>
          error ? reject(error) : resolve(result);
        Reflect.apply(client.query, client, [statement, values, settle]);
      }),
  };
}

/** A recovery conflict ends one statement only. */
function isLost(error: unknown): boolean {
  return error instanceof NoAnswer || (isConnectionLoss(error) && !isRolledBackForOthers(error));
}
