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
export async function readReplay(standby: Queryable): Promise<Replay> {
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
