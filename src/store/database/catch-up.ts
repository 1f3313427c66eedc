import { setTimeout as wait } from 'node:timers/promises';
import { inTime } from './in-time.ts';
import type { Queryable } from './tables.ts';

/** A position in the write-ahead log. */
export type LogPosition = bigint;

/** Everything whose commit was reported to a client is before it. */
export async function readLogPosition(primary: Queryable): Promise<LogPosition> {
  const { rows } = await primary.query<{ flushed: string }>({
    name: 'read-log-position',
    text: `select (pg_current_wal_flush_lsn() - '0/0')::text as flushed`,
  });
  return BigInt(rows[0]!.flushed);
}

interface Replay {
  replayed: LogPosition;
  /** Seconds since the last transaction that was replayed was committed. */
  lagSeconds: number;
}

/** @throws Error when it is not a standby: after its promotion, positions of two histories cannot be compared. */
async function readReplay(standby: Queryable): Promise<Replay> {
  const { rows } = await standby.query<{ replayed: string; lagSeconds: number; isStandby: boolean }>({
    name: 'read-replay',
    text: `
      select (pg_last_wal_replay_lsn() - '0/0')::text as replayed, pg_is_in_recovery() as "isStandby",
        greatest(0.001, extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()))::float8 as "lagSeconds"`,
  });
  const { replayed, lagSeconds, isStandby } = rows[0]!;
  if (!isStandby) throw new Error('the database of DATABASE_READ_URL is not a standby');
  return { replayed: BigInt(replayed), lagSeconds };
}

/** How long a read waits until the standby has what was committed before. Then the primary answers. */
const PATIENCE_MS = 100;
const ANSWER_MS = 1_000;
/** For how long a connection's last known replay position is used without asking again, if it suffices. */
const KNOWN_MS = 1_000;

/**
 * A function that waits until the standby behind a connection has replayed a position. It remembers the answer for each
 * connection, because a URL may stand for several standbys. @returns how far it is behind; 0: it has all
 */
export function createCatchUp() {
  const known = new WeakMap<object, { position: LogPosition; at: number }>();
  return async (client: Queryable, position: LogPosition): Promise<{ lagSeconds: number }> => {
    const last = known.get(client);
    if (last && last.position >= position && performance.now() - last.at < KNOWN_MS) return { lagSeconds: 0 };
    const until = performance.now() + PATIENCE_MS;
    for (let pause = 1; ; pause = Math.min(2 * pause, 16)) {
      const { replayed, lagSeconds } = await inTime(readReplay(client), ANSWER_MS);
      known.set(client, { position: replayed, at: performance.now() });
      if (replayed >= position) return { lagSeconds: 0 };
      if (performance.now() + pause > until) return { lagSeconds };
      await wait(pause);
    }
  };
}
