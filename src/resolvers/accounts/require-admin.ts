import type { Context, Viewer } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { requireViewer } from '../request/viewer.ts';

/** @param what only admins may do. @throws DomainError UNAUTHENTICATED, FORBIDDEN */
export function requireAdmin(context: Context, what: string): Viewer {
  const viewer = requireViewer(context);
  if (viewer.isAdmin) return viewer;
  throw new DomainError('FORBIDDEN', `only an admin may ${what}`);
}
