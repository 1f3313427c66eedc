import type { ClientBase } from 'pg';
import { globalId } from '../../rules/ids/global-id.ts';
import type { Database } from '../database/database.ts';
import { NOW, type Queryable, tables } from '../database/tables.ts';
import { transaction } from '../database/transaction.ts';
import { lockAccounts } from './accounts.ts';
import { recordAudit } from './audit.ts';
import { isAddressTaken, isFirstAccount } from './create-account.ts';

export interface Identified {
  id: string;
  isActive: boolean;
}

interface Key {
  issuer: string;
  subject: string;
}

export async function findIdentity({ pool }: Database, key: Key): Promise<Identified | null> {
  return (await identified(pool, key)) ?? null;
}

function identified(client: Queryable, { issuer, subject }: Key): Promise<Identified | undefined> {
  return tables(client)
    .selectFrom('identity')
    .innerJoin('appUser', 'appUser.id', 'identity.ownerId')
    .select(['appUser.id', 'appUser.isActive'])
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst();
}

export interface NewIdentity extends Key {
  /** Id of the new account. */
  id: string;
  email: string;
  name: string;
}

/** Creates an account without a password and uses up an invitation of its address. */
export function insertIdentity(
  database: Database,
  identity: NewIdentity,
  rules: { needsInvitation: boolean; firstIsAdmin: boolean },
): Promise<Identified | 'email-taken' | 'closed'> {
  return transaction(database, async (client) => {
    await lockAccounts(client);
    const { id, issuer, subject, email, name } = identity;
    const present = await identified(client, identity);
    if (present) return present;
    if (await isAddressTaken(client, email)) return 'email-taken';
    if (!(await takeInvitationOf(client, email)) && rules.needsInvitation) return 'closed';
    const isAdmin = rules.firstIsAdmin && (await isFirstAccount(client));
    await tables(client).insertInto('appUser').values({ id, email, name, isAdmin }).execute();
    await tables(client).insertInto('identity').values({ issuer, subject, ownerId: id }).execute();
    await recordAudit(client, { actorId: id, action: 'user_registered', subject: globalId('User', id) });
    return { id, isActive: true };
  });
}

/** The provider has verified the address, so the token itself is not needed. */
async function takeInvitationOf(client: ClientBase, email: string): Promise<boolean> {
  const { numDeletedRows } = await tables(client)
    .deleteFrom('accountToken')
    .where('kind', '=', 'invitation')
    .where('email', '=', email)
    .where('expiresAt', '>', NOW)
    .executeTakeFirstOrThrow();
  return numDeletedRows !== 0n;
}
