import { randomBytes } from 'node:crypto';
import { link, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { hasCode } from '../errors.ts';

async function readSecret(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** A random secret in a file that only this user can read, generated on first use. */
export async function keptSecret(secretFile: string): Promise<string> {
  if (!(await readSecret(secretFile))) await makeSecret(secretFile);
  const secret = await readSecret(secretFile);
  if (!secret)
    throw new Error(`${secretFile} is empty: restore it, or delete it together with the data it protects`);
  await removeDrafts(secretFile);
  return secret;
}

async function makeSecret(secretFile: string): Promise<void> {
  const draft = `${secretFile}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' });
  try {
    // Unlike a rename, a link never replaces the secret that a concurrent start has created meanwhile.
    await link(draft, secretFile);
  } catch (error) {
    // The process that created the secret may have removed our draft as well.
    if (!hasCode(error, 'EEXIST') && !hasCode(error, 'ENOENT')) throw error;
  }
}

/** Drafts are obsolete once there is a secret; a killed start leaves one behind. */
async function removeDrafts(secretFile: string): Promise<void> {
  const drafts = (await readdir(dirname(secretFile))).filter(
    (name) => name.startsWith(`${basename(secretFile)}.`) && /\.[0-9a-f]{12}$/.test(name),
  );
  for (const draft of drafts) await rm(join(dirname(secretFile), draft), { force: true });
}
