import { randomBytes } from 'node:crypto';
import { hasCode } from '../../errors.ts';
import { idOf, type NamedKind, newId } from '../../rules/ids/ids.ts';
import type { Origin } from '../../vocabulary.ts';

const MAX_TRIES = 5;

/** An id as the origin documents it. Short forms may meet: see `withFreshId`. */
export function freshId(origin: Origin, kind: NamedKind): string {
  return idOf(origin, kind, { now: new Date(), random: randomBytes(12), uuid: newId() });
}

/**
 * Makes something under a fresh id, and under another where somebody has that one already.
 * @throws what `make` throws, which then has written nothing.
 */
export async function withFreshId<Made>(
  { origin, kind }: { origin: Origin; kind: NamedKind },
  make: (id: string) => Promise<Made>,
): Promise<Made> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await make(freshId(origin, kind));
    } catch (error) {
      if (!isTaken(error) || tries === MAX_TRIES) throw error;
    }
  }
}

/** Whether a primary key was there already (SQLSTATE unique_violation). */
function isTaken(error: unknown): boolean {
  if (!hasCode(error, '23505')) return false;
  return String((error as { constraint?: unknown }).constraint).endsWith('_pkey');
}
