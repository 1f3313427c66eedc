import { chmodSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFolder } from './folder.ts';

const SYSTEM = '/usr/bin';

export interface Programs {
  /** To be the whole PATH of a server. */
  path: string;
  remove(): Promise<void>;
}

/**
 * The programs of a machine on which some are missing: links to all others.
 * @param instead shell scripts in place of programs, by name
 */
export async function createPrograms(
  without: readonly string[],
  instead: Readonly<Record<string, string>> = {},
): Promise<Programs> {
  const folder = await createFolder();
  // If the server is root, the user of a command looks programs up here, too.
  chmodSync(folder.path, 0o755);
  const replaced = new Set([...without, ...Object.keys(instead)]);
  for (const name of readdirSync(SYSTEM)) {
    if (!replaced.has(name)) symlinkSync(join(SYSTEM, name), join(folder.path, name));
  }
  for (const [name, script] of Object.entries(instead)) {
    writeFileSync(join(folder.path, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  return folder;
}
