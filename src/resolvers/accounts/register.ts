import { z } from 'zod';
import type { Context } from '../../context.ts';
import { DomainError, type RequestErrorCode } from '../../errors.ts';
import { newId } from '../../rules/ids/ids.ts';
import { readAccount } from '../../store/accounts/accounts.ts';
import { insertAccount, type Registration } from '../../store/accounts/create-account.ts';
import { text, validate } from '../request/validate.ts';
import { email } from './email.ts';
import { beginLogin, type Login } from './logins/begin-login.ts';
import { newPassword, refuseCommonPassword } from './new-password.ts';
import { hashSecret } from './secrets.ts';

const registration = z.object({
  email,
  password: newPassword,
  name: text({ min: 1, max: 200 }),
  inviteToken: text({ min: 1, max: 200 }).nullish(),
});

/** @throws DomainError CONFLICT, FORBIDDEN, RATE_LIMITED, VALIDATION_ERROR */
export async function register(context: Context, input: unknown): Promise<Login> {
  const { config, store, passwords, loginLimits } = context;
  const { password, inviteToken, ...account } = validate(registration, input, 'input');
  if (config.registration === 'closed' && !inviteToken) throw registrationClosed();
  await loginLimits.count(context, account.email);
  await refuseCommonPassword(context, password, 'input.password');
  const user = { id: newId(), ...account, passwordHash: await passwords.hash(password) };
  const outcome = await insertAccount(store.database, user, {
    registration: config.registration,
    invitationHash: inviteToken ? hashSecret(inviteToken) : null,
    firstIsAdmin: context.localAdminId === null,
  });
  if (outcome !== 'created') throw REFUSALS[outcome]();
  const created = await readAccount(store.database, user.id);
  return { user: created, ...(await beginLogin(context, user, context.origin)) };
}

const REFUSALS = {
  closed: registrationClosed,
  'email-taken': () => refused('CONFLICT', 'input.email', 'is already registered'),
  'invitation-invalid': () =>
    refused('FORBIDDEN', 'input.inviteToken', 'is not valid for this address, or has expired'),
} satisfies Record<Exclude<Registration, 'created'>, () => DomainError>;

function registrationClosed(): DomainError {
  return new DomainError(
    'FORBIDDEN',
    'registration is closed on this server; ask an admin for an invitation',
  );
}

function refused(code: RequestErrorCode, field: string, problem: string): DomainError {
  return new DomainError(code, `${field}: ${problem}`, { field });
}
