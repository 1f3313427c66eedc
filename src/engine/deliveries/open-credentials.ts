import { DomainError } from '../../errors.ts';
import type { SecretBox } from '../../secrets/secret-box.ts';

/** @throws DomainError when they were encrypted with another key */
export async function openCredentials(secrets: SecretBox, sealed: string): Promise<string> {
  try {
    return await secrets.open(sealed);
  } catch (cause) {
    const message = 'the credentials cannot be decrypted with the current SECRETS_KEY; set them again';
    throw new DomainError('INVALID_STATE', message, {}, { cause });
  }
}
