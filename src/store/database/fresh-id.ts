import { randomBytes } from 'node:crypto';
import { hasCode } from '../../errors.ts';
import { idOf, type NamedKind, newId } from '../../rules/ids/ids.ts';
import type { Origin } from '../../vocabulary.ts';

const MAX_TRIES = 5;

/** An id in the documented form of the origin. Short forms may collide: see `withFreshId`. */
export function freshId(origin: Origin, kind: NamedKind): string {
  return idOf(origin, kind, { now: new Date(), random: randomBytes(12), uuid: newId() });
}

/**
 * Creates something with a new id, and with another one on a collision.
 * @throws errors of `make`, which must not have written anything then
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

/** Whether a primary key already exists (SQLSTATE unique_violation). */
function isTaken(error: unknown): boolean {
  if (!hasCode(error, '23505')) return false;
  return String((error as { constraint?: unknown }).constraint).endsWith('_pkey');
}
