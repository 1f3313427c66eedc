import { readFileSync } from 'node:fs';
import { chown, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../errors.ts';
import { keptSecret } from './kept-secret.ts';

/** A revoked secret may be accepted for this long. */
const KEPT_MS = 500;

const fileOf = (dataDir: string) => join(dataDir, 'base-url.secret');

/** The secret in the guests' base URL; created when missing, and the same after restarts. */
export function baseUrlSecret(dataDir: string): Promise<string> {
  return keptSecret(fileOf(dataDir));
}

/** Replaces it; running servers refuse the former one within half a second. @returns the new one. */
export async function renewBaseUrlSecret(dataDir: string): Promise<string> {
  const file = fileOf(dataDir);
  const draft = `${file}.new`;
  await rm(draft, { force: true });
  const secret = await keptSecret(draft);
  // If root runs this, the server's user must still be able to read the file.
  if (process.getuid?.() === 0) {
    const { uid, gid } = await stat(dataDir);
    await chown(draft, uid, gid);
  }
  await rename(draft, file);
  return secret;
}

/**
 * Reads the current secret. It is polled, because container mounts and network drives do not support file events, and
 * read synchronously, because routing is synchronous: 43 bytes, at most twice a second, only for requests with a secret.
 * @returns null when the file was deleted.
 */
export function createBaseUrlReader(dataDir: string): () => string | null {
  let known: { secret: string | null; at: number } = { secret: null, at: -Infinity };
  return () => {
    const now = performance.now();
    if (now - known.at > KEPT_MS) known = { secret: readNow(fileOf(dataDir)), at: now };
    return known.secret;
  };
}

function readNow(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim() || null;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return null;
    throw error;
  }
}
