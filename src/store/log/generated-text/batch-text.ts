import { coerceError } from '../../../errors.ts';
import type { Log } from '../../../log.ts';
import type { Database } from '../../database/database.ts';
import type { Bus } from '../bus.ts';
import type { LoggedEvent } from '../events.ts';
import { fenced, type Lease } from '../lease.ts';
import { createSureCommit } from './append-text-once.ts';
import type { Batch, LeaseBatches, TextEventType } from './commit-text.ts';

/**
 * Group commit: the texts of all runs of a worker share one statement. The next flush starts as soon as the
 * previous one returned and takes everything collected meanwhile, so that an idle worker writes at once and a
 * busy one in larger batches. Every batch of a call is one row, one `seq` and one message, published after
 * its commit.
 */
export interface TextWriter {
  /** Adds storable text to the run's next batch; wait for the promise, if there is one, before adding more. */
  write(lease: Lease, type: TextEventType, callId: string, text: string): Promise<void> | undefined;
  /** Resolves when everything written under the lease is committed. @throws LeaseLost, or why it was not */
  drain(lease: Lease): Promise<void>;
}

/** A run whose provider is faster than Postgres waits once this much of its text is pending. */
const MAX_PENDING_CHARACTERS = 64 * 1024;

interface Pending extends LeaseBatches {
  characters: number;
}

export function createTextWriter(database: Database, bus: Bus, log: Log): TextWriter {
  const commitSurely = createSureCommit(database, log);
  let pending = new Map<Lease, Pending>();
  let taken = new Map<Lease, Pending>();
  let isFlushing = false;
  let cycle = Promise.withResolvers<void>();

  async function flush(): Promise<void> {
    isFlushing = true;
    // The current turn of the event loop may bring more text; include it.
    await new Promise(setImmediate);
    while (pending.size > 0) {
      taken = pending;
      pending = new Map();
      await commit([...taken.values()]);
      taken = new Map();
      cycle.resolve();
      cycle = Promise.withResolvers();
    }
    isFlushing = false;
  }

  async function commit(runs: Pending[]): Promise<void> {
    const logged = await commitSurely(runs).catch(coerceError);
    // One run's text must not fail the others: nothing of the statement was written, so each is tried
    // separately.
    if (logged instanceof Error && runs.length > 1) {
      for (const run of runs) await commit([run]);
      return;
    }
    for (const { lease } of runs) {
      if (logged instanceof Error) lease.abort(logged);
      else tell(lease, logged.get(lease));
    }
  }

  function tell(lease: Lease, events: LoggedEvent[] | undefined): void {
    if (events) bus.publish(lease.runId, events);
    else fenced(lease);
  }

  async function drain(lease: Lease): Promise<void> {
    while (pending.has(lease) || taken.has(lease)) await cycle.promise;
    lease.signal.throwIfAborted();
  }

  return {
    write(lease, type, callId, text) {
      const ofRun = pending.get(lease) ?? { lease, batches: [], characters: 0 };
      pending.set(lease, ofRun);
      ofRun.characters += text.length;
      addText(ofRun.batches, type, callId, text);
      if (!isFlushing) void flush();
      return ofRun.characters > MAX_PENDING_CHARACTERS ? drain(lease) : undefined;
    },
    drain,
  };
}

function addText(batches: Batch[], type: TextEventType, callId: string, text: string): void {
  const last = batches.at(-1);
  if (last?.type === type && last.callId === callId) last.texts.push(text);
  else batches.push({ type, callId, texts: [text] });
}
