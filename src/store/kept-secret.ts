import { randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { hasCode } from './error-code.ts';

async function readSecret(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** A random secret in a file of its own that only we can read, made when it is first asked for. */
export async function keptSecret(secretFile: string): Promise<string> {
  const kept = await readSecret(secretFile);
  if (kept) return kept;
  const draft = `${secretFile}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' });
  try {
    // Unlike a rename, a link never replaces the secret that a concurrent start has put there meanwhile.
    await link(draft, secretFile);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  const secret = await readSecret(secretFile);
  if (!secret)
    throw new Error(`${secretFile} is empty: restore it, or remove it together with what it protects`);
  return secret;
}
