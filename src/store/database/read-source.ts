import type { Database } from './database.ts';
import type { Reason, Replica, Target } from './replica.ts';

/** Where the reads of one operation are done. */
export interface ReadSource {
  /** From now on the replica may do them. */
  allowReplica(): void;
  /** Runs a read, possibly twice: on the replica and, if that fails, on the primary. */
  run<Result>(read: (target: Target) => Promise<Result>): Promise<Result>;
}

/** Number of reads that the replica was to answer, by who did. */
export type ReadCounts = Record<'replica' | Reason, number>;

export interface Sources {
  database: Database;
  /** null: none is configured. */
  replica: Replica | null;
  readCounts: ReadCounts;
}

export const noReads = (): ReadCounts => ({ replica: 0, behind: 0, unavailable: 0, failed: 0 });

/**
 * All reads of an operation see at least the same log position. After the replica has failed to answer one of them, the
 * primary answers the rest, so that no statement reads an older state than the one before it.
 */
export function openSource({ database, replica, readCounts }: Sources): ReadSource {
  const primary = database.pool as Target;
  let isAllowed = false;
  let reading: ReturnType<Replica['begin']> | null = null;
  return {
    allowReplica() {
      isAllowed = replica !== null;
    },
    async run(read) {
      if (!isAllowed || !replica) return read(primary);
      // An error of the primary is for the statement itself to report.
      reading ??= replica.begin().catch(() => 'failed' as const);
      const begun = await reading;
      const answer = typeof begun === 'string' ? begun : await begun.read(read);
      if (typeof answer !== 'string') {
        readCounts.replica += 1;
        return answer.result;
      }
      readCounts[answer] += 1;
      reading = Promise.resolve(answer);
      return read(primary);
    },
  };
}

/** A view of the database for one read of several statements, which the replica may answer. */
export function readsOf(sources: Sources): Database {
  if (!sources.replica) return sources.database;
  const source = openSource(sources);
  source.allowReplica();
  const { database } = sources;
  const query: Target['query'] = (statement, values) =>
    source.run((target) => target.query(statement, values));
  return { ...database, pool: Object.create(database.pool, { query: { value: query } }) };
}
