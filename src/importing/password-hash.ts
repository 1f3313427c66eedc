import { z } from 'zod';

/** Bounds the cost of checking a password at a login. MAX_MEMORY is in KiB. */
const MAX_MEMORY = 65_536;
const MAX_PASSES = 10;
const MAX_LANES = 16;
const MAX_BCRYPT_COST = 12;

const ARGON2 =
  /^\$argon2(?:id|i|d)\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$[A-Za-z0-9+/]{11,128}\$[A-Za-z0-9+/]{16,128}$/;
const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

/** Hashes that a login can check. */
export const passwordHash = z
  .string()
  .refine(
    isChecked,
    `must be an argon2 hash in PHC format (at most m=${MAX_MEMORY}, t=${MAX_PASSES}, p=${MAX_LANES}) or a bcrypt hash (at most cost ${MAX_BCRYPT_COST}); omit it and let the account set a new password`,
  );

function isChecked(hash: string): boolean {
  const argon2 = ARGON2.exec(hash);
  if (argon2) {
    const [memory, passes, lanes] = argon2.slice(1).map(Number) as [number, number, number];
    const isInRange = passes >= 1 && lanes >= 1 && memory >= 8 * lanes;
    return isInRange && memory <= MAX_MEMORY && passes <= MAX_PASSES && lanes <= MAX_LANES;
  }
  const cost = Number(BCRYPT.exec(hash)?.[1]);
  return cost >= 4 && cost <= MAX_BCRYPT_COST;
}
