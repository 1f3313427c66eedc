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
