import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of the test's own; its path is free of links. */
export async function createFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'polyphony-test-')));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
