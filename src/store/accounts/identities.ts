import type { ClientBase } from 'pg';
import { globalId } from '../../rules/ids/global-id.ts';
import type { Database } from '../database/database.ts';
import { transaction } from '../database/transaction.ts';
import { isAddressTaken, isFirstAccount, lockAccounts } from './accounts.ts';
import { recordAudit } from './audit.ts';

export interface Identified {
  id: string;
  isActive: boolean;
}

interface Key {
  issuer: string;
  subject: string;
}

const FIND = `
  select app_user.id, app_user.is_active as "isActive" from identity join app_user on app_user.id = identity.owner_id
  where issuer = $1 and subject = $2`;

export async function findIdentity(database: Database, { issuer, subject }: Key): Promise<Identified | null> {
  const { rows } = await database.pool.query<Identified>(FIND, [issuer, subject]);
  return rows[0] ?? null;
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
    const { rows } = await client.query<Identified>(FIND, [issuer, subject]);
    if (rows[0]) return rows[0];
    if (await isAddressTaken(client, email)) return 'email-taken';
    if (!(await takeInvitationOf(client, email)) && rules.needsInvitation) return 'closed';
    const isAdmin = rules.firstIsAdmin && (await isFirstAccount(client));
    await client.query('insert into app_user (id, email, name, is_admin) values ($1, $2, $3, $4)', [
      ...[id, email, name, isAdmin],
    ]);
    await client.query('insert into identity (issuer, subject, owner_id) values ($1, $2, $3)', [
      ...[issuer, subject, id],
    ]);
    await recordAudit(client, { actorId: id, action: 'user_registered', subject: globalId('User', id) });
    return { id, isActive: true };
  });
}

/** The provider has verified the address, so the token itself is not needed. */
async function takeInvitationOf(client: ClientBase, email: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `delete from account_token where kind = 'invitation' and email = $1 and expires_at > now()`,
    [email],
  );
  return rowCount !== 0;
}
