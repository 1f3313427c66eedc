import { hash, verify } from '@node-rs/argon2';
import { verify as verifyBcrypt } from '@node-rs/bcrypt';
import pLimit from 'p-limit';
import type { Passwords } from '../../context.ts';
import { DomainError } from '../../errors.ts';

/** The hash of a random password, verified in place of a missing one. */
const DECOY =
  '$argon2id$v=19$m=19456,t=2,p=1$fM2d1wMTaPJyEp3vYzQxUg$Zn5lEF2eZ2JCFyXa8PpBDB/Nq5PfmBIr4nCZzq0y3tQ';

/** Hashes that the library makes with its default settings begin with this. */
const OURS = '$argon2id$v=19$m=19456,t=2,p=1$';

/** A hash takes 20 to 40 ms; rather than wait for more than a second or two, clients should retry. */
const MAX_WAITING = 100;

/** One of another server takes up to a second, and a core and up to 64 MiB while it does. */
const MAX_WAITING_IMPORTED = 8;

type InTurn = <Result>(work: () => Promise<Result>) => Promise<Result>;

/**
 * argon2id with the library's defaults (19 MiB, 2 passes), which OWASP recommends.
 * @param atOnce how many are hashed at a time: each needs a core and memory
 */
export function createPasswords(atOnce: number): Passwords {
  const inTurn = queue(atOnce, MAX_WAITING * atOnce, 1);
  // Apart, so that hashes whose cost another server chose delay only each other.
  const inTurnOfImported = queue(1, MAX_WAITING_IMPORTED, 2);

  return {
    async isCommon(password) {
      // Loading them takes 0.1 s, once in a process.
      const { FREQUENT_PASSWORDS } = await import('./frequent-passwords.ts');
      return FREQUENT_PASSWORDS.has(password.toLowerCase());
    },
    hash: (password) => inTurn(() => hash(password)),
    async matches(passwordHash, password) {
      const known = passwordHash ?? DECOY;
      const matches = await (isImported(known) ? inTurnOfImported : inTurn)(() => check(known, password));
      return matches && passwordHash !== null;
    },
    isImported,
  };
}

/** @param retryAfter seconds, for those who find the queue full */
function queue(atOnce: number, maxWaiting: number, retryAfter: number): InTurn {
  const limit = pLimit(atOnce);
  return async (work) => {
    if (limit.pendingCount >= maxWaiting)
      throw new DomainError('RATE_LIMITED', `too many logins at once; try again in ${retryAfter} s`, {
        retryAfter,
      });
    return limit(work);
  };
}

function isImported(passwordHash: string): boolean {
  return !passwordHash.startsWith(OURS);
}

/** Imported accounts may have bcrypt hashes. */
function check(passwordHash: string, password: string): Promise<boolean> {
  return passwordHash.startsWith('$2')
    ? verifyBcrypt(password, passwordHash)
    : verify(passwordHash, password);
}
