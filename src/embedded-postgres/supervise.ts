import { setTimeout as delay } from 'node:timers/promises';
import { coerceError } from '../errors.ts';
import { bringUp, type Owner, type Site } from './bring-up.ts';
import { endPostmaster, readPostmaster } from './postmaster.ts';

const RETRY_MS = 1000;

async function end(site: Site, owner: Owner): Promise<void> {
  const postmaster = await readPostmaster(site.layout);
  const warn = (message: string) => site.log.warn(message);
  // The lock is held to the last moment, so that no other start adopts a server that is being stopped.
  const ended = !postmaster || (await endPostmaster(postmaster.pid, site.layout, warn));
  if (!ended) warn(`embedded PostgreSQL (pid ${postmaster.pid}) could not be stopped`);
  await owner.client.end().catch(() => {});
}

async function recover(site: Site, signal: AbortSignal, port: number): Promise<Owner | undefined> {
  site.log.warn('the embedded PostgreSQL was lost; restarting it');
  while (!signal.aborted) {
    try {
      return await bringUp(site, port);
    } catch (error) {
      site.log.warn(`the embedded PostgreSQL is still down: ${coerceError(error).message}`);
      await delay(RETRY_MS, undefined, { signal }).catch(() => {});
    }
  }
  return undefined;
}

/**
 * Watches the owner's connection: when the server dies it is started again, at the same address, so that
 * pools reconnect. Returns the function that ends the watch and the server.
 */
export function supervise(site: Site, first: Owner): () => Promise<void> {
  const stopping = new AbortController();
  let owner: Promise<Owner | undefined> = Promise.resolve(first);
  let stopped: Promise<void> | undefined;

  function watch(current: Owner): void {
    current.client.once('end', () => {
      if (stopping.signal.aborted) return;
      owner = recover(site, stopping.signal, current.port);
      void owner.then((next) => next && watch(next));
    });
  }

  async function stop(): Promise<void> {
    stopping.abort();
    // Waits for a recovery in progress: a server that it started must not be left behind.
    const last = await owner;
    if (last) await end(site, last);
  }

  watch(first);
  return () => {
    stopped ??= stop();
    return stopped;
  };
}
