import type { Context } from '../../../context.ts';
import { DomainError } from '../../../errors.ts';
import { globalId } from '../../../rules/ids/global-id.ts';
import type { AccountRow } from '../../../store/accounts/accounts.ts';
import { recordAudit } from '../../../store/accounts/audit.ts';
import { endAllLogins, endLogin, endOldTokens } from '../../../store/accounts/logins.ts';
import { transaction } from '../../../store/database/transaction.ts';
import { requireViewer, viewer } from '../../request/viewer.ts';

/** Ends the login of the request. @throws DomainError INVALID_STATE: it has none */
export async function logout(context: Context): Promise<AccountRow> {
  const { userId, credential } = requireViewer(context);
  const user = await viewer(context);
  const { database } = context.store;
  if (credential?.loginId) await endLogin(database, userId, credential.loginId);
  // A token from before logins were recorded ends together with all tokens issued before it.
  else if (credential?.issuedAt && !credential.keyHash) {
    await endOldTokens(database, userId, new Date(credential.issuedAt.getTime() + 1));
  } else throw noLogin();
  return user;
}

/** Ends one login of an account. */
export function endSession(
  { store }: Pick<Context, 'store'>,
  userId: string,
  loginId: string,
): Promise<void> {
  return endLogin(store.database, userId, loginId);
}

function noLogin(): DomainError {
  return new DomainError('INVALID_STATE', 'the request has no login token; end an API key with deleteApiKey');
}

/** Ends all logins of the viewer's account; API keys stay valid. */
export async function logoutEverywhere(context: Context): Promise<AccountRow> {
  const { userId } = requireViewer(context);
  const user = await viewer(context);
  await transaction(context.store.database, async (client) => {
    await endAllLogins(client, userId);
    const action = 'logged_out_everywhere';
    await recordAudit(client, { actorId: userId, action, subject: globalId('User', userId) });
  });
  return user;
}
