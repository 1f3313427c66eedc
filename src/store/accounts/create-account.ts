import type { ClientBase } from 'pg';
import { globalId } from '../../rules/ids/global-id.ts';
import type { Database } from '../database/database.ts';
import { type Row, tables } from '../database/tables.ts';
import { transaction } from '../database/transaction.ts';
import { isInvited } from './account-tokens.ts';
import { lockAccounts } from './accounts.ts';
import { recordAudit } from './audit.ts';
import { SERVER_EMAILS } from './server-accounts.ts';

export type Registration = 'created' | 'email-taken' | 'closed' | 'invitation-invalid';

export type NewAccount = Pick<Row<'appUser'>, 'id' | 'email' | 'name' | 'passwordHash'>;

export interface RegistrationRules {
  /** Who may register without an invitation. */
  registration: 'open' | 'first-only' | 'closed';
  /** Of the invitation; null: there is none. */
  invitationHash: string | null;
  /** false: the local admin is already the admin. */
  firstIsAdmin: boolean;
}

export function insertAccount(
  database: Database,
  account: NewAccount,
  rules: RegistrationRules,
): Promise<Registration> {
  return transaction(database, async (client) => {
    await lockAccounts(client);
    const isFirst = await isFirstAccount(client);
    const refusal = await refusalOf(client, account, rules, isFirst);
    if (refusal) return refusal;
    const { id, email, name, passwordHash } = account;
    const isAdmin = isFirst && rules.firstIsAdmin;
    const handle = await freeHandle(client, name);
    await tables(client)
      .insertInto('appUser')
      .values({ id, email, name, passwordHash, isAdmin, handle })
      .execute();
    await recordAudit(client, { actorId: id, action: 'user_registered', subject: globalId('User', id) });
    return 'created';
  });
}

/** Only the first account with a name can log in by it; a name that looks like an address never does. */
async function freeHandle(client: ClientBase, name: string): Promise<string | null> {
  if (name.includes('@')) return null;
  const taken = await tables(client)
    .selectFrom('appUser')
    .select('id')
    .where('handle', '=', name)
    .executeTakeFirst();
  return taken ? null : name;
}

/** Accounts that the server creates for itself do not count. */
export async function isFirstAccount(client: ClientBase): Promise<boolean> {
  const other = await tables(client)
    .selectFrom('appUser')
    .select('id')
    .where('email', 'not in', SERVER_EMAILS)
    .where('deletedAt', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return other === undefined;
}

export async function isAddressTaken(client: ClientBase, email: string): Promise<boolean> {
  const other = await tables(client)
    .selectFrom('appUser')
    .select('id')
    .where('email', '=', email)
    .executeTakeFirst();
  return other !== undefined || SERVER_EMAILS.includes(email);
}

/** An invitation is used up only if nothing else prevents the registration. */
async function refusalOf(
  client: ClientBase,
  { email }: NewAccount,
  { registration, invitationHash }: RegistrationRules,
  isFirst: boolean,
): Promise<Exclude<Registration, 'created'> | null> {
  const isOpen = registration === 'open' || (registration === 'first-only' && isFirst);
  if (invitationHash === null && !isOpen) return 'closed';
  if (invitationHash !== null && !(await isInvited(client, invitationHash, email)))
    return 'invitation-invalid';
  if (await isAddressTaken(client, email)) return 'email-taken';
  await tables(client).deleteFrom('accountToken').where('hash', '=', invitationHash).execute();
  return null;
}
