import type { Log } from '../../log.ts';
import type { Database } from '../database/database.ts';
import { type Credential, type CredentialState, nameOfCredential, readCredentials } from './credentials.ts';

/** Called with the current state of a credential, about four times a second; null: it is revoked. */
export type CredentialListener = (state: CredentialState | null) => void;

/** Watches the credentials of open sockets and streams, with one query at a time per process. */
export interface CredentialWatch {
  /** @returns a function that removes the listener. */
  add(credential: Credential, listener: CredentialListener): () => void;
  stop(): void;
}

interface Watched {
  credential: Credential;
  listeners: Set<CredentialListener>;
}

const INTERVAL_MS = 250;
/** Number of credentials per query. */
const BATCH = 1_000;

export function createCredentialWatch(database: Database, log: Log): CredentialWatch {
  const watched = new Map<string, Watched>();
  let timer: NodeJS.Timeout | null = null;
  let isStopped = false;

  async function look(): Promise<void> {
    const all = [...watched.values()];
    try {
      for (let from = 0; from < all.length; from += BATCH) await report(all.slice(from, from + BATCH));
    } catch (error) {
      log.warn({ error: String(error) }, 'could not check the credentials of open sockets; retrying');
    }
    timer = watched.size > 0 && !isStopped ? setTimeout(look, INTERVAL_MS) : null;
  }

  async function report(batch: readonly Watched[]): Promise<void> {
    const heard = batch.map(({ listeners }) => [...listeners]);
    const states = await readCredentials(
      database,
      batch.map(({ credential }) => credential),
    );
    for (const [index, { listeners }] of batch.entries()) {
      for (const listener of heard[index]!) if (listeners.has(listener)) listener(states[index]!);
    }
  }

  return {
    add(credential, listener) {
      const name = nameOfCredential(credential);
      const entry = watched.get(name) ?? { credential, listeners: new Set() };
      watched.set(name, entry);
      entry.listeners.add(listener);
      if (!isStopped) timer ??= setTimeout(look, INTERVAL_MS);
      return () => {
        entry.listeners.delete(listener);
        if (entry.listeners.size === 0 && watched.get(name) === entry) watched.delete(name);
      };
    },
    stop() {
      isStopped = true;
      watched.clear();
      if (timer) clearTimeout(timer);
    },
  };
}
