import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { codeOf, hasCode } from '../errors.ts';
import type { Layout } from './layout.ts';

/**
 * The content of `postmaster.pid`. It remains after a server was killed, so it must not be used before
 * `isAlive`.
 */
export interface Postmaster {
  pid: number;
  port: number;
  ready: boolean;
}

export function pidFile({ cluster }: Layout): string {
  return join(cluster, 'postmaster.pid');
}

/** Lines: pid, data folder, start time, port, socket folder, listen address, shared memory, status. */
export function parsePidFile(text: string): Postmaster | undefined {
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid < 1) return undefined;
  return { pid, port: Number(lines[3]), ready: lines[7] === 'ready' };
}

export async function readPostmaster(layout: Layout): Promise<Postmaster | undefined> {
  try {
    return parsePidFile(await readFile(pidFile(layout), 'utf8'));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Also true for zombies and for processes of other users. */
export function pidInUse(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** A pid may have been reused by another program; and a zombie has no command line. */
export async function isAlive(pid: number, { cluster }: Layout): Promise<boolean> {
  if (!pidInUse(pid)) return false;
  if (process.platform !== 'linux') {
    const listing = promisify(execFile)('/bin/ps', ['-ww', '-o', 'args=', '-p', String(pid)]);
    const { stdout } = await listing.catch(() => ({ stdout: '' }));
    return stdout.includes(`postgres -D ${cluster} `);
  }
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  const [program = '', flag, folder] = line.split('\0');
  return basename(program) === 'postgres' && flag === '-D' && folder === cluster;
}

export async function livePostmaster(layout: Layout): Promise<Postmaster | undefined> {
  const postmaster = await readPostmaster(layout);
  return postmaster && (await isAlive(postmaster.pid, layout)) ? postmaster : undefined;
}

/** Fast shutdown (rolls back and disconnects), immediate shutdown, and SIGKILL; with milliseconds to wait. */
const INSISTENCE = [
  ['SIGINT', 20_000],
  ['SIGQUIT', 10_000],
  ['SIGKILL', 5000],
] as const;

/** Ends the server. Polls, because an adopted server is not a child process. False when it is still alive. */
export async function endPostmaster(
  pid: number,
  layout: Layout,
  warn: (message: string) => void,
): Promise<boolean> {
  for (const [signal, patience] of INSISTENCE) {
    if (!(await isAlive(pid, layout))) return true;
    if (signal !== 'SIGINT') warn(`embedded PostgreSQL (pid ${pid}) is slow to stop: sending ${signal}`);
    process.kill(pid, signal);
    const deadline = Date.now() + patience;
    while ((await isAlive(pid, layout)) && Date.now() < deadline) await delay(10);
  }
  return !(await isAlive(pid, layout));
}
