import { createHash } from 'node:crypto';
import type { Idempotency } from '../../store/tasks/new-task.ts';

/** Equal requests have equal hashes; null or empty values count as absent. */
export function idempotencyOf(given: {
  idempotencyKey?: string | null | undefined;
  [asked: string]: unknown;
}): Idempotency | null {
  const { idempotencyKey: key, ...body } = given;
  if (!key) return null;
  return {
    key,
    bodyHash: createHash('sha256')
      .update(JSON.stringify(significant(body)))
      .digest('hex'),
  };
}

function significant(given: unknown): unknown {
  if (given instanceof Date) return given.toISOString();
  if (typeof given !== 'object' || given === null) return given ?? undefined;
  if (Array.isArray(given)) return given.length > 0 ? given : undefined;
  const members = Object.entries(given)
    .map(([name, value]) => [name, significant(value)] as const)
    .filter(([, value]) => value !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return members.length > 0 ? Object.fromEntries(members) : undefined;
}
