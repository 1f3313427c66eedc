import { coerceError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Database } from '../database/database.ts';
import {
  addLegacyUse,
  type CountedUse,
  type LegacyCaller,
  MAX_CLIENTS,
  OTHER_CLIENTS,
} from './legacy-clients.ts';

/** Counts requests to the dialects by their clients, in memory, and writes them in batches. */
export interface LegacyUse {
  /** Returns at once, and never throws. */
  count(caller: LegacyCaller): void;
  /** Writes what has been counted. Never rejects. */
  write(): Promise<void>;
  /** Writes the rest. */
  stop(): Promise<void>;
}

const INTERVAL_MS = 10_000;
/** Clients in a batch. A full batch is written at once; until then, requests of further clients are not counted. */
const MAX_HELD = 10_000;
const MAX_USER_AGENT = 200;

/** What has been counted since the last write. */
interface Batch {
  uses: Map<string, CountedUse>;
  /** Number of clients by account, so that one account cannot fill the batch. */
  clients: Map<string, number>;
}

const emptyBatch = (): Batch => ({ uses: new Map(), clients: new Map() });

export function createLegacyUse(database: Database, log: Log): LegacyUse {
  let batch = emptyBatch();
  let writing: Promise<void> | null = null;
  let uncounted = 0;

  async function writeBatch(): Promise<void> {
    const { uses } = batch;
    batch = emptyBatch();
    try {
      if (uses.size > 0) await addLegacyUse(database, [...uses.values()]);
    } catch (error) {
      for (const use of uses.values()) uncounted += addUse(batch, use) ? 0 : use.requests;
      log.warn({ error: coerceError(error).message }, 'use of older APIs could not be written; retrying');
    }
    if (uncounted > 0) log.warn({ requests: uncounted }, 'more clients of older APIs than can be counted');
    uncounted = 0;
  }

  /** Waits for a write in progress first, because that does not include what was counted since it began. */
  function write(): Promise<void> {
    const next = (writing ?? Promise.resolve()).then(writeBatch).finally(() => {
      if (writing === next) writing = null;
    });
    writing = next;
    return next;
  }

  const timer = setInterval(() => void (writing ?? write()), INTERVAL_MS);
  timer.unref();

  return {
    count(caller) {
      const userAgent = caller.userAgent.slice(0, MAX_USER_AGENT);
      if (!addUse(batch, { ...caller, userAgent, requests: 1, lastUsedAt: new Date() })) uncounted += 1;
      if (batch.uses.size >= MAX_HELD && writing === null) void write();
    },
    write,
    async stop() {
      clearInterval(timer);
      await write();
    },
  };
}

/** @returns false when the batch is full. */
function addUse({ uses, clients }: Batch, use: CountedUse): boolean {
  const { ownerId, origin, keyHash, userAgent, requests, lastUsedAt } = use;
  const name = JSON.stringify([ownerId, origin, keyHash, userAgent]);
  const known = uses.get(name);
  if (known) {
    known.requests += requests;
    if (lastUsedAt > known.lastUsedAt) known.lastUsedAt = lastUsedAt;
    return true;
  }
  if (uses.size >= MAX_HELD) return false;
  const count = clients.get(ownerId) ?? 0;
  if (count >= MAX_CLIENTS && userAgent !== OTHER_CLIENTS)
    return addUse({ uses, clients }, { ...use, keyHash: null, userAgent: OTHER_CLIENTS });
  clients.set(ownerId, count + 1);
  uses.set(name, { ...use });
  return true;
}
