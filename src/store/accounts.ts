import type { Database } from './database.ts';
import { User } from './entities/user.ts';

export interface UserRow {
  id: string;
  isAdmin: boolean;
}

export async function findUser(database: Database, id: string): Promise<UserRow | null> {
  const { rows } = await database.pool.query<UserRow>({
    name: 'find-user',
    text: 'select id, is_admin as "isAdmin" from app_user where id = $1',
    values: [id],
  });
  return rows[0] ?? null;
}

/** The owner of a key that has not expired. Its last use is kept to the minute, to spare a write per request. */
export async function findKeyHolder(
  database: Database,
  hash: string,
): Promise<(UserRow & { expiresAt: Date | null }) | null> {
  const { rows } = await database.pool.query<UserRow & { expiresAt: Date | null }>({
    name: 'find-key-holder',
    text: `
      with used as (
        update api_key set last_used_at = now() where hash = $1 and (expires_at is null or expires_at > now())
          and (last_used_at is null or last_used_at < now() - interval '1 minute')
      )
      select app_user.id, app_user.is_admin as "isAdmin", api_key.expires_at as "expiresAt"
      from api_key join app_user on app_user.id = api_key.owner_id
      where api_key.hash = $1 and (api_key.expires_at is null or api_key.expires_at > now())`,
    values: [hash],
  });
  return rows[0] ?? null;
}

/** The address of who has it, else of the only one who is called so. @returns null: nobody is meant, or more than one. */
export async function findEmail(
  database: Database,
  { address, name }: { address: string; name: string },
): Promise<string | null> {
  const { rows } = await database.pool.query<{ email: string }>({
    name: 'find-email',
    text: `
      (select email from app_user where email = $1)
      union all (select email from app_user where name = $2 and password_hash is not null limit 2)`,
    values: [address, name],
  });
  const emails = rows.map(({ email }) => email);
  if (emails.includes(address)) return address;
  return emails.length === 1 ? emails[0]! : null;
}

const LOCAL_ADMIN_EMAIL = 'admin@localhost';
const GUEST_EMAIL = 'guest@localhost';
/** Of accounts that nobody can log in to; nobody may register them either. */
const OUR_EMAILS = [LOCAL_ADMIN_EMAIL, GUEST_EMAIL];

/** One registration at a time, so that only one account can be the first. */
const REGISTRATION_LOCK = 7_305_002;

export type Registration = 'created' | 'email-taken' | 'closed';

/**
 * @param options.onlyFirst refuse when it is not the first registered account.
 * @param options.firstIsAdmin false: the local admin is the admin already.
 */
export async function insertUser(
  database: Database,
  account: { id: string; email: string; name: string; passwordHash: string },
  { onlyFirst, firstIsAdmin }: { onlyFirst: boolean; firstIsAdmin: boolean },
): Promise<Registration> {
  return database.entityManager().transactional(async (em) => {
    await em.execute('select pg_advisory_xact_lock(?)', [REGISTRATION_LOCK]);
    const isFirst = (await em.count(User, { passwordHash: { $ne: null } })) === 0;
    if (onlyFirst && !isFirst) return 'closed';
    if (OUR_EMAILS.includes(account.email)) return 'email-taken';
    if ((await em.count(User, { email: account.email })) > 0) return 'email-taken';
    em.create(User, { ...account, isAdmin: isFirst && firstIsAdmin });
    return 'created';
  });
}

/** The account behind GraphiQL in embedded mode. It has no password, so that nobody can log in as it. */
export async function ensureLocalAdmin(database: Database, id: string): Promise<string> {
  const { rows } = await database.pool.query<{ id: string }>(
    `insert into app_user (id, email, name, is_admin) values ($1, $2, 'Local admin', true)
     on conflict (email) do update set is_admin = true where app_user.password_hash is null returning id`,
    [id, LOCAL_ADMIN_EMAIL],
  );
  if (!rows[0]) throw isSomebodys(LOCAL_ADMIN_EMAIL);
  return rows[0].id;
}

/** The account of all who need no credentials, made when the first of them comes. It has no password either. */
export async function ensureGuest(database: Database, newId: () => string): Promise<UserRow> {
  const { rows } = await database.pool.query<UserRow>({
    name: 'find-guest',
    text: 'select id, is_admin as "isAdmin" from app_user where email = $1 and password_hash is null',
    values: [GUEST_EMAIL],
  });
  return rows[0] ?? insertGuest(database, newId());
}

async function insertGuest(database: Database, id: string): Promise<UserRow> {
  const { rows } = await database.pool.query<UserRow>(
    `insert into app_user (id, email, name) values ($1, $2, 'Guest')
     on conflict (email) do update set updated_at = now() where app_user.password_hash is null
     returning id, is_admin as "isAdmin"`,
    [id, GUEST_EMAIL],
  );
  if (!rows[0]) throw isSomebodys(GUEST_EMAIL);
  return rows[0];
}

function isSomebodys(email: string): Error {
  return new Error(`the account ${email} has a password, so it is somebody's: delete it`);
}
