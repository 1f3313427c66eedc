import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm } from 'node:fs/promises';
import { hasCode } from '../errors.ts';
import { type Layout, socketFile } from './layout.ts';
import { isAlive, pidFile, pidInUse } from './postmaster.ts';

async function content(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Moved first and compared afterwards: a concurrent start may have replaced it since we read it. */
async function removeUnchanged(path: string, expected: string): Promise<void> {
  const aside = `${path}.${randomBytes(4).toString('hex')}`;
  await rename(path, aside);
  if ((await content(aside)) !== expected) await link(aside, path);
  await rm(aside);
}

async function dropLock(path: string, layout: Layout): Promise<void> {
  const text = await content(path);
  if (text === undefined) return;
  const pid = Number.parseInt(text, 10);
  if (!pidInUse(pid) || (await isAlive(pid, layout))) return;
  await removeUnchanged(path, text);
}

/**
 * PostgreSQL removes lock files of dead processes itself, but considers one valid when the pid of the killed
 * server has been reused, as happens after a reboot or in a restarted container.
 */
export async function dropStaleLocks(layout: Layout): Promise<void> {
  const locks = [pidFile(layout)];
  if (layout.socketDir) locks.push(`${socketFile(layout.socketDir)}.lock`);
  for (const path of locks) {
    await dropLock(path, layout).catch((error: unknown) => {
      if (!hasCode(error, 'ENOENT', 'EEXIST')) throw error;
    });
  }
}
