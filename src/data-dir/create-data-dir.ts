import { access, constants, mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { coerceError } from '../errors.ts';

/**
 * As root the database runs under another uid, which has to pass through this folder but need not list it.
 */
const MODE = process.getuid?.() === 0 ? 0o711 : 0o700;

/** Creates the folder when missing. @throws Error that names DATA_DIR when it cannot be created or written. */
export async function createDataDir(dataDir: string): Promise<void> {
  const folder = resolve(dataDir);
  try {
    await mkdir(folder, { recursive: true, mode: MODE });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const message = `DATA_DIR: ${folder} cannot be created or written to (${coerceError(error).message})`;
    throw new Error(message, { cause: error });
  }
}
