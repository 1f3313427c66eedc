import type { Context } from '../context.ts';
import { requireViewer } from './viewer.ts';

/** About the bytes that something takes when it is stored. */
export function sizeOf(given: unknown): number {
  return Buffer.byteLength(JSON.stringify(given) ?? '');
}

/** For what the viewer makes besides runs. @throws DomainError QUOTA_EXCEEDED */
export function requireObject(context: Context, given: unknown): Promise<void> {
  const { userId } = requireViewer(context);
  return context.store.quotas.require(userId, { objects: 1, bytes: sizeOf(given) });
}

/** For a change of what is there; as if all of it were new. @throws DomainError QUOTA_EXCEEDED */
export function requireBytes(context: Context, given: unknown): Promise<void> {
  return context.store.quotas.require(requireViewer(context).userId, { bytes: sizeOf(given) });
}
