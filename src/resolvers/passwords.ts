import { hash, verify } from '@node-rs/argon2';

/** argon2id with the library's defaults (19 MiB, 2 passes), which are OWASP's. */
export function hashPassword(password: string): Promise<string> {
  return hash(password);
}

/** The hash of a password that nobody knows. */
const DECOY =
  '$argon2id$v=19$m=19456,t=2,p=1$fM2d1wMTaPJyEp3vYzQxUg$Zn5lEF2eZ2JCFyXa8PpBDB/Nq5PfmBIr4nCZzq0y3tQ';

/** Takes as long when there is no such account, so that the time does not tell. */
export async function isPassword(passwordHash: string | null, password: string): Promise<boolean> {
  const matches = await verify(passwordHash ?? DECOY, password);
  return matches && passwordHash !== null;
}
