import type { Context, Viewer } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { type AccountRow, readAccount } from '../../store/accounts/accounts.ts';

/** @throws DomainError UNAUTHENTICATED */
export function requireViewer(context: Context): Viewer {
  if (context.viewer) return context.viewer;
  throw new DomainError(
    'UNAUTHENTICATED',
    'Log in first: send `Authorization: Bearer <token>` from login, or `X-API-Key: <key>` from createApiKey.',
  );
}

export async function viewer(context: Context): Promise<AccountRow> {
  const { userId } = requireViewer(context);
  return readAccount(context.store.database, userId);
}

/** Accounts are private: only the viewer's own can be read. @throws DomainError NOT_FOUND */
export async function user(context: Context, id: string): Promise<AccountRow> {
  if (requireViewer(context).userId !== id) throw new DomainError('NOT_FOUND', 'there is no such user');
  return viewer(context);
}
