import { z } from 'zod';
import type { Context } from '../../../context.ts';
import { DomainError } from '../../../errors.ts';
import { globalId } from '../../../rules/ids/global-id.ts';
import { readAccount } from '../../../store/accounts/accounts.ts';
import { recordAudit } from '../../../store/accounts/audit.ts';
import { refreshLogin as exchange } from '../../../store/accounts/logins.ts';
import { text, validate } from '../../request/validate.ts';
import { newRefreshToken, refreshHashes } from '../secrets.ts';
import { type Login, signFor } from './begin-login.ts';

const refresh = z.object({ refreshToken: text({ min: 1, max: 200 }) });

/** Each refresh token works once; a second use ends the login. @throws DomainError UNAUTHENTICATED */
export async function refreshLogin(context: Context, input: unknown): Promise<Login> {
  const given = validate(refresh, input, 'input');
  const { database } = context.store;
  const next = newRefreshToken(given.refreshToken);
  const result = await exchange(database, refreshHashes(given.refreshToken), next.hashes);
  if (result.outcome === 'reused') {
    const { ownerId } = result;
    const action = 'refresh_token_reused';
    await recordAudit(database.pool, { actorId: ownerId, action, subject: globalId('User', ownerId) });
  }
  if (result.outcome !== 'refreshed') throw invalid();
  const user = await readAccount(database, result.ownerId);
  return { user, refreshToken: next.token, ...(await signFor(context, result)) };
}

function invalid(): DomainError {
  const field = 'input.refreshToken';
  return new DomainError('UNAUTHENTICATED', `${field}: is not valid or has expired; log in again`, { field });
}
