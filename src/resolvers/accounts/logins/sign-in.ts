import type { Services } from '../../../context.ts';
import { DomainError } from '../../../errors.ts';
import { newId } from '../../../rules/ids/ids.ts';
import { findIdentity, insertIdentity } from '../../../store/accounts/identities.ts';
import { email as emailRules } from '../email.ts';

/** An account at an OpenID Connect provider. */
export interface ProviderAccount {
  issuer: string;
  subject: string;
  /** null: the provider has not verified it. */
  email: string | null;
  name: string | null;
}

const MAX_NAME = 200;

/**
 * The account linked to an account at the provider; created at the first login.
 * @throws DomainError FORBIDDEN, CONFLICT when another account has its address
 */
export async function signIn(
  { config, store, localAdminId }: Pick<Services, 'config' | 'store' | 'localAdminId'>,
  { issuer, subject, ...person }: ProviderAccount,
): Promise<{ id: string }> {
  const known = await findIdentity(store.database, { issuer, subject });
  if (known) return requireActive(known);
  const email = emailRules.safeParse(person.email);
  if (!email.success) throw new DomainError('FORBIDDEN', 'the provider has not verified an e-mail address');
  const id = newId();
  const name = (person.name ?? email.data).slice(0, MAX_NAME);
  const outcome = await insertIdentity(
    store.database,
    { id, issuer, subject, email: email.data, name },
    { needsInvitation: config.registration === 'closed', firstIsAdmin: localAdminId === null },
  );
  if (typeof outcome === 'object') return requireActive(outcome);
  throw REFUSALS[outcome]();
}

function requireActive(account: { id: string; isActive: boolean }): { id: string } {
  if (account.isActive) return account;
  throw new DomainError('FORBIDDEN', 'the account is disabled; ask an admin');
}

const REFUSALS = {
  // The address may have been registered here by another person.
  'email-taken': () =>
    new DomainError('CONFLICT', 'an account with this address exists already; log in with its password'),
  closed: () => new DomainError('FORBIDDEN', 'registration is closed; ask an admin for an invitation'),
};
