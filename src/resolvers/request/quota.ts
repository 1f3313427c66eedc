import type { Context } from '../../context.ts';
import { requireViewer } from './viewer.ts';

/** Minimum size of the events of a run, in bytes. */
const LEAST_RUN_BYTES = 1024;

/**
 * Counts a run before it is created or begins again.
 * @param isHeld it waits for a later mutation, and not for a worker
 * @throws DomainError RATE_LIMITED
 */
export async function countRun(
  { operationLimits, store }: Context,
  userId: string,
  isHeld = false,
): Promise<void> {
  await operationLimits.countRun(userId);
  if (!isHeld) await store.queueLimits.require(userId);
}

/**
 * Checks quotas before an existing run begins or begins again. @throws DomainError RATE_LIMITED,
 * QUOTA_EXCEEDED
 */
export async function requireBeginning(context: Context): Promise<void> {
  const { userId } = requireViewer(context);
  await countRun(context, userId);
  await context.store.quotas.require(userId, { bytes: LEAST_RUN_BYTES });
}

/** Approximate bytes of a stored value. */
export function sizeOf(given: unknown): number {
  return Buffer.byteLength(JSON.stringify(given) ?? '');
}

/** Checks quotas before the viewer creates anything but a run. @throws DomainError QUOTA_EXCEEDED */
export function requireObject(context: Context, given: unknown): Promise<void> {
  const { userId } = requireViewer(context);
  return context.store.quotas.require(userId, { objects: 1, bytes: sizeOf(given) });
}

/** Checks quotas before an update; the whole input counts as new bytes. @throws DomainError QUOTA_EXCEEDED */
export function requireBytes(context: Context, given: unknown): Promise<void> {
  return context.store.quotas.require(requireViewer(context).userId, { bytes: sizeOf(given) });
}
