import { z } from 'zod';
import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { globalId } from '../../rules/ids/global-id.ts';
import { insertPasswordReset, takePasswordReset } from '../../store/accounts/account-tokens.ts';
import { readAccount } from '../../store/accounts/accounts.ts';
import { recordAudit } from '../../store/accounts/audit.ts';
import { endAllLogins, insertLogin } from '../../store/accounts/logins.ts';
import { replacePassword } from '../../store/accounts/passwords.ts';
import { transaction } from '../../store/database/transaction.ts';
import { text, validate } from '../request/validate.ts';
import type { HandedToken } from './invitations.ts';
import { type Login, newLogin, signFor } from './logins/begin-login.ts';
import { newPassword, refuseCommonPassword } from './new-password.ts';
import { requireAdmin } from './require-admin.ts';
import { hashSecret, newSecret, RESET_TOKEN_PREFIX } from './secrets.ts';

const VALID_MS = 24 * 3600 * 1000;

/** Replaces an earlier reset of the account. @throws DomainError FORBIDDEN, NOT_FOUND */
export async function createPasswordReset(context: Context, id: string): Promise<HandedToken> {
  const { userId: actorId } = requireAdmin(context, 'reset passwords');
  const token = newSecret(RESET_TOKEN_PREFIX);
  const expiresAt = new Date(Date.now() + VALID_MS);
  const row = {
    hash: hashSecret(token),
    kind: 'password_reset' as const,
    email: null,
    ownerId: id,
    expiresAt,
  };
  const audit = { actorId, action: 'password_reset_created' as const, subject: globalId('User', id) };
  if (await insertPasswordReset(context.store.database, row, audit)) return { token, expiresAt };
  const field = 'input.id';
  throw new DomainError('NOT_FOUND', `${field}: there is no such user with a password`, { field });
}

const reset = z.object({ resetToken: text({ min: 1, max: 200 }), newPassword });

/**
 * Ends all logins of the account, and begins a new one. @throws DomainError FORBIDDEN: the token is not valid
 */
export async function resetPassword(context: Context, input: unknown): Promise<Login> {
  const given = validate(reset, input, 'input');
  await context.loginLimits.count(context, given.resetToken);
  await refuseCommonPassword(context, given.newPassword, 'input.newPassword');
  const passwordHash = await context.passwords.hash(given.newPassword);
  const { database } = context.store;
  const begun = await transaction(database, async (client) => {
    const ownerId = await takePasswordReset(client, hashSecret(given.resetToken));
    if (ownerId === null || !(await replacePassword(client, ownerId, passwordHash))) throw invalid();
    await endAllLogins(client, ownerId);
    const login = newLogin(ownerId, passwordHash);
    await insertLogin(client, login.row);
    const subject = globalId('User', ownerId);
    await recordAudit(client, { actorId: ownerId, action: 'password_reset', subject });
    return { refreshToken: login.refreshToken, ownerId, loginId: login.row.id };
  });
  const user = await readAccount(database, begun.ownerId);
  return { user, refreshToken: begun.refreshToken, ...(await signFor(context, begun)) };
}

function invalid(): DomainError {
  const field = 'input.resetToken';
  return new DomainError('FORBIDDEN', `${field}: is not valid, has expired or has been used`, { field });
}
