import type { PoolClient } from 'pg';
import { z } from 'zod';
import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { globalId } from '../../rules/ids/global-id.ts';
import { recordAudit } from '../../store/accounts/audit.ts';
import { endAllLogins, insertLogin } from '../../store/accounts/logins.ts';
import { readPasswordHash, setPassword } from '../../store/accounts/passwords.ts';
import { transaction } from '../../store/database/transaction.ts';
import { text, validate } from '../request/validate.ts';
import { requireViewer, viewer } from '../request/viewer.ts';
import { type Login, newLogin, signFor } from './logins/begin-login.ts';
import { newPassword, refuseCommonPassword } from './new-password.ts';

const change = z.object({ currentPassword: text({ max: 200 }), newPassword });

/**
 * Ends all logins of the account, and begins a new one for the caller.
 * @throws DomainError WRONG_CREDENTIALS, RATE_LIMITED, INVALID_STATE: the account has no password
 */
export async function changePassword(context: Context, input: unknown): Promise<Login> {
  const { userId } = requireViewer(context);
  const given = validate(change, input, 'input');
  await refuseCommonPassword(context, given.newPassword, 'input.newPassword');
  const user = await viewer(context);
  const from = await readPasswordHash(context.store.database, userId);
  if (!from) throw new DomainError('INVALID_STATE', 'the account has no password');
  const uncount = await context.loginLimits.count(context, userId);
  if (!(await context.passwords.matches(from, given.currentPassword))) throw wrong();
  await uncount();
  const passwordHash = await context.passwords.hash(given.newPassword);
  const login = newLogin(userId, passwordHash);
  await transaction(context.store.database, async (client: PoolClient) => {
    if (!(await setPassword(client, { userId, from, to: passwordHash }))) throw wrong();
    await endAllLogins(client, userId);
    await insertLogin(client, login.row);
    const action = 'password_changed';
    await recordAudit(client, { actorId: userId, action, subject: globalId('User', userId) });
  });
  const signed = await signFor(context, { ownerId: userId, loginId: login.row.id });
  return { user, refreshToken: login.refreshToken, ...signed };
}

function wrong(): DomainError {
  const field = 'input.currentPassword';
  return new DomainError('WRONG_CREDENTIALS', `${field}: is wrong`, { field });
}
