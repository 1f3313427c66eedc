import type { Log } from '../../log.ts';
import type { RunStatus } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';

export interface RunState {
  id: string;
  status: RunStatus;
  epoch: number;
  attempt: number;
  lastSeq: number;
}

/** Called with the current state, about twice a second; null when the run has been deleted. */
export type StateListener = (state: RunState | null) => void;

/**
 * The backstop of the bus: one query for all runs that this process follows or executes, so that a lost
 * message, or a bus that does not reach this process, delays a stream by at most the interval.
 */
export interface RunWatch {
  add(runId: string, listener: StateListener): () => void;
  stop(): void;
}

const INTERVAL_MS = 500;

export function createRunWatch(database: Database, log: Log): RunWatch {
  const listeners = new Map<string, Set<StateListener>>();
  let timer: NodeJS.Timeout | null = null;

  async function look(): Promise<void> {
    // A follower added while the query runs may already know a newer state than its result.
    const before = [...listeners].map(([runId, ofRun]) => ({ runId, ofRun, heard: [...ofRun] }));
    try {
      const states = await readRunStates(database, [...listeners.keys()]);
      for (const { runId, ofRun, heard } of before) {
        for (const listener of heard) if (ofRun.has(listener)) listener(states.get(runId) ?? null);
      }
    } catch (error) {
      log.warn({ error: String(error) }, 'could not check the state of runs; retrying');
    }
    timer = listeners.size > 0 ? setTimeout(look, INTERVAL_MS) : null;
  }

  return {
    add(runId, listener) {
      const ofRun = listeners.get(runId) ?? new Set();
      listeners.set(runId, ofRun.add(listener));
      timer ??= setTimeout(look, INTERVAL_MS);
      return () => {
        ofRun.delete(listener);
        if (ofRun.size === 0 && listeners.get(runId) === ofRun) listeners.delete(runId);
      };
    },
    stop() {
      listeners.clear();
      if (timer) clearTimeout(timer);
    },
  };
}

async function readRunStates(database: Database, ids: string[]): Promise<Map<string, RunState>> {
  if (ids.length === 0) return new Map();
  const { rows } = await database.pool.query<RunState>({
    name: 'run-states',
    text: 'select id, status, epoch, attempt, last_seq as "lastSeq" from run where id = any($1::text[])',
    values: [ids],
  });
  return new Map(rows.map((row) => [row.id, row]));
}
