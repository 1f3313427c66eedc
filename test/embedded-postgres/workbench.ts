import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { expect, vi } from 'vitest';
import { layoutOf } from '../../src/embedded-postgres/layout.ts';
import { endPostmaster, pidInUse, readPostmaster } from '../../src/embedded-postgres/postmaster.ts';
import { startEmbeddedPostgres } from '../../src/embedded-postgres/start.ts';
import { createLog } from '../../src/log.ts';
import { migrate } from '../../src/start/migrate-database.ts';

export interface Report {
  url?: string;
  error?: string;
}

/** One DATA_DIR and everything that a test started on it. */
export interface Workbench {
  dataDir: string;
  start(onLaunch?: () => void): ReturnType<typeof startEmbeddedPostgres>;
  /** The same in a process of its own, which can be killed. */
  startElsewhere(): { child: ChildProcess; report: Promise<Report> };
  postmasterPid(): Promise<number>;
  close(): Promise<void>;
}

export const quiet = { info: () => {}, warn: () => {} };
const ownerScript = join(import.meta.dirname, 'owner.ts');

async function firstLine(child: ChildProcess): Promise<Report> {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    if (text.includes('\n')) return JSON.parse(text);
  }
  return { error: 'the owner ended without a report' };
}

/**
 * @param below the folder, a path in which the DATA_DIR is
 * @param ready a DATA_DIR whose database is stopped, to begin with a copy of; without it there is none.
 */
export async function openWorkbench({ below = '', ready = '' } = {}): Promise<Workbench> {
  const folder = await mkdtemp('/tmp/embedded-postgres-');
  const dataDir = join(folder, below, 'data');
  if (ready !== '') await copyDataDir(ready, dataDir);
  const children: ChildProcess[] = [];
  const stops: (() => Promise<void>)[] = [];
  return {
    dataDir,
    async start(onLaunch) {
      const database = await startEmbeddedPostgres({ dataDir, log: quiet, ...(onLaunch && { onLaunch }) });
      stops.push(database.stop);
      return database;
    },
    startElsewhere() {
      const child = spawn(process.execPath, [ownerScript, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
      children.push(child);
      return { child, report: firstLine(child) };
    },
    async postmasterPid() {
      return (await readPostmaster(await layoutOf(dataDir)))?.pid ?? 0;
    },
    async close() {
      for (const child of children) await killHard(child);
      for (const stop of stops) await stop();
      await mkdir(dataDir, { recursive: true });
      const layout = await layoutOf(dataDir);
      const left = await readPostmaster(layout);
      if (left) await endPostmaster(left.pid, layout, () => {});
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** With its database, which is stopped: a tenth of the time that it takes to make one. */
export async function copyDataDir(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await promisify(execFile)('cp', ['-a', from, to]);
}

/** A DATA_DIR with a migrated database, which is stopped, to make copies of. */
export async function makeReadyDataDir(): Promise<{ path: string; remove(): Promise<void> }> {
  const bench = await openWorkbench();
  const { url, stop } = await bench.start();
  await migrate(url, createLog('error'));
  await stop();
  return { path: bench.dataDir, remove: () => bench.close() };
}

export async function killHard(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** Zombies count as gone: in a container nobody may come to reap them. */
export function isRunning(pid: number): boolean {
  const state = `/proc/${pid}/stat`;
  return pidInUse(pid) && !(existsSync(state) && / Z /.test(readFileSync(state, 'utf8')));
}

/** A process that ends has let go of its memory a moment before it is a zombie. */
export async function untilGone(pid: number): Promise<void> {
  await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { interval: 1 });
}

export async function query<T extends pg.QueryResultRow>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}
