import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Launcher } from './launch.ts';
import { type Layout, SOCKET_PORT } from './layout.ts';
import { claimOwnership } from './ownership.ts';
import { endPostmaster, livePostmaster } from './postmaster.ts';
import { answers, freePort, type Server, startServer } from './server.ts';
import { dropStaleLocks } from './stale-lock.ts';

export interface Site {
  layout: Layout;
  launcher: Launcher;
  secret: string;
  log: { info(message: string): void; warn(message: string): void };
}

export interface Owner {
  /** Holds the lock of the data folder while it is connected. */
  client: Client;
  port: number;
}

interface Progress {
  site: Site;
  startedAt: number;
  /** Kept across a restart in TCP mode, because the URL contains it. */
  port: number | undefined;
  server: Server | undefined;
  takenSince: number | undefined;
  reason: string;
  /** Do not stop the server: it has another owner, or is in a long crash recovery. */
  leaveServer: boolean;
}

const POLL_MS = 10;
const READY_WITHIN_MS = 30_000;
/** Backends of a killed server take a moment to notice, and hold its shared memory until then. */
const RETRY_START_MS = 10_000;
/** The server needs a moment to notice that a killed owner is gone. */
const TAKEN_FOR_MS = 1000;
const PASSING_FAILURE = /pre-existing shared memory block|lock file ".*" already exists|could not create any/;

/** Adopts a live server or starts one, and becomes its only owner. */
export async function bringUp(site: Site, port?: number): Promise<Owner> {
  const progress: Progress = {
    ...{ site, startedAt: Date.now(), port, server: undefined, takenSince: undefined },
    ...{ reason: 'it has not started', leaveServer: false },
  };
  try {
    for (;;) {
      const owner = await advance(progress);
      if (owner) return owner;
      await delay(POLL_MS);
    }
  } catch (error) {
    const pid = progress.server?.pid;
    if (pid && !progress.leaveServer)
      await endPostmaster(pid, site.layout, (message) => site.log.warn(message));
    throw error;
  }
}

async function advance(progress: Progress): Promise<Owner | undefined> {
  const live = await livePostmaster(progress.site.layout);
  if (live?.ready) {
    const owner = await claim(progress, live.port);
    if (owner) return owner;
  } else if (!live && (progress.server?.ended() ?? true)) await start(progress);
  await refuseEndlessWait(progress);
  return undefined;
}

async function claim(progress: Progress, port: number): Promise<Owner | undefined> {
  const { layout, secret } = progress.site;
  const answer = await claimOwnership({ layout, port, secret });
  if (answer.kind === 'owner') return { client: answer.client, port };
  if (answer.kind === 'later') progress.reason = answer.reason;
  else refuseTaken(progress, answer.by);
  return undefined;
}

function refuseTaken(progress: Progress, by: string): void {
  progress.takenSince ??= Date.now();
  if (Date.now() - progress.takenSince < TAKEN_FOR_MS) return;
  progress.leaveServer = true;
  throw new Error(`DATA_DIR ${progress.site.layout.dataDir} is in use by another Polyphony (pid ${by})`);
}

async function start(progress: Progress): Promise<void> {
  const { layout, launcher } = progress.site;
  if (progress.server) await refuseLastingFailure(progress, await progress.server.logged());
  if (layout.socketDir && (await answers(layout.socketDir))) {
    progress.reason = `a PostgreSQL that is invisible from here (in another container?) serves ${layout.cluster}`;
    return;
  }
  await dropStaleLocks(layout);
  const port = layout.socketDir ? SOCKET_PORT : (progress.port ?? (await freePort()));
  progress.server = await startServer(layout, launcher, port);
}

async function refuseLastingFailure(progress: Progress, logged: string): Promise<void> {
  if (!PASSING_FAILURE.test(logged) || Date.now() - progress.startedAt > RETRY_START_MS)
    throw new Error(`The embedded PostgreSQL does not start: ${logged || 'it logged nothing'}`);
  progress.server = undefined;
  progress.port = undefined;
  await delay(100);
}

async function refuseEndlessWait(progress: Progress): Promise<void> {
  if (Date.now() - progress.startedAt < READY_WITHIN_MS) return;
  progress.leaveServer = true;
  const logged = (await progress.server?.logged()) ?? `see ${progress.site.layout.logFile}`;
  const waited = `${READY_WITHIN_MS / 1000} s`;
  throw new Error(`The embedded PostgreSQL is not ready after ${waited}: ${progress.reason}\n${logged}`);
}
