import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { keptSecret } from './kept-secret.ts';

/** Encrypts users' secrets before they are stored. */
export interface SecretBox {
  seal(text: string): Promise<string>;
  /** @throws Error when it was encrypted with another key, or altered */
  open(sealed: string): Promise<string>;
}

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

interface Key {
  bytes: Buffer;
  /** Prefix of encrypted values, which distinguishes another key from damage. */
  id: string;
}

/** The key is read, or generated, when it is first needed. */
export function createSecretBox(settings: { secretsKey: string | null; dataDir: string }): SecretBox {
  let reading: Promise<Key> | null = null;
  const key = () => {
    reading ??= readKey(settings);
    return reading;
  };
  return {
    async seal(text) {
      const { bytes, id } = await key();
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(CIPHER, bytes, iv);
      const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `${id}.${sealed.toString('base64url')}`;
    },
    async open(sealed) {
      const { bytes, id } = await key();
      const [sealedBy, body = ''] = sealed.split('.');
      if (sealedBy !== id)
        throw new Error(`it was encrypted with the key ${sealedBy}, but SECRETS_KEY is ${id}`);
      const content = Buffer.from(body, 'base64url');
      const decipher = createDecipheriv(CIPHER, bytes, content.subarray(0, IV_BYTES));
      decipher.setAuthTag(content.subarray(-TAG_BYTES));
      return (
        decipher.update(content.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
      );
    },
  };
}

/** @param secretsKey 32 bytes in base64; null: stored in a file in `dataDir` */
async function readKey({
  secretsKey,
  dataDir,
}: {
  secretsKey: string | null;
  dataDir: string;
}): Promise<Key> {
  const bytes = Buffer.from(secretsKey ?? (await kept(dataDir)), 'base64');
  return { bytes, id: createHash('sha256').update(bytes).digest('hex').slice(0, 8) };
}

async function kept(dataDir: string): Promise<string> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  return keptSecret(join(dataDir, 'secrets.key'));
}
