import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../errors.ts';

/** What `npm run link` needs to know about the server that uses a DATA_DIR. */
export interface ServerRecord {
  pid: number;
  /** Origin, without a path. */
  url: string;
  /** Whether a link opens the console and GraphiQL as the local admin. */
  hasLocalAdmin: boolean;
  /** Whether it serves the console. */
  hasConsole: boolean;
  /** Whether guests have a base URL with a secret. */
  hasBaseUrl: boolean;
}

const fileOf = (dataDir: string) => join(dataDir, 'server.json');

export async function writeServerRecord(dataDir: string, record: ServerRecord): Promise<void> {
  const draft = `${fileOf(dataDir)}.${record.pid}`;
  await writeFile(draft, JSON.stringify(record), { mode: 0o600 });
  await rename(draft, fileOf(dataDir));
}

/** @returns null: no server is running, or it was stopped. A killed server leaves its record behind. */
export async function readServerRecord(dataDir: string): Promise<ServerRecord | null> {
  try {
    return JSON.parse(await readFile(fileOf(dataDir), 'utf8')) as ServerRecord;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return null;
    throw error;
  }
}

/** Removes the record, unless another process has written its own since. */
export async function removeServerRecord(dataDir: string, pid: number): Promise<void> {
  const record = await readServerRecord(dataDir);
  if (record?.pid === pid) await rm(fileOf(dataDir), { force: true });
}
