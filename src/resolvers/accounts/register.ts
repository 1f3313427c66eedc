import { z } from 'zod';
import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { newId } from '../../rules/ids.ts';
import { insertUser } from '../../store/accounts/accounts.ts';
import { User } from '../../store/entities/user.ts';
import { text, validate } from '../validate.ts';
import { beginLogin, type Login } from './begin-login.ts';
import { newPassword } from './new-password.ts';

export const email = text({ max: 254 })
  .trim()
  .toLowerCase()
  .pipe(
    z.email({ pattern: z.regexes.html5Email, message: 'must be an e-mail address such as ann@example.com' }),
  );

const registration = z.object({
  email,
  password: newPassword,
  name: text({ min: 1, max: 200 }),
});

/** @throws DomainError CONFLICT, FORBIDDEN, RATE_LIMITED, VALIDATION_ERROR */
export async function register(context: Context, input: unknown): Promise<Login> {
  const { config, store, passwords, loginLimits } = context;
  if (config.registration === 'closed') throw registrationClosed();
  const { password, ...account } = validate(registration, input, 'input');
  await loginLimits.count(context.address, account.email);
  const user = { id: newId(), ...account, passwordHash: await passwords.hash(password) };
  const outcome = await insertUser(store.database, user, {
    onlyFirst: config.registration === 'first-only',
    firstIsAdmin: context.localAdminId === null,
  });
  if (outcome === 'closed') throw registrationClosed();
  if (outcome === 'email-taken') {
    const field = 'input.email';
    throw new DomainError('CONFLICT', `${field}: is registered already`, { field });
  }
  const created = await store.database.entityManager().findOneOrFail(User, user.id);
  return { user: created, ...(await beginLogin(context, created, context.origin)) };
}

function registrationClosed(): DomainError {
  return new DomainError(
    'FORBIDDEN',
    'registration is closed on this server; ask its operator for an account',
  );
}
