import type { Database } from '../database/database.ts';
import { NOW, type Row, tables } from '../database/tables.ts';

const LOCAL_ADMIN_EMAIL = 'admin@localhost';
const GUEST_EMAIL = 'guest@localhost';

/** Addresses of the accounts that the server creates for itself: they have no login, and cannot be registered. */
export const SERVER_EMAILS: readonly string[] = [LOCAL_ADMIN_EMAIL, GUEST_EMAIL];

/** The account behind GraphiQL in embedded mode. It has no password, so it cannot log in. */
export async function ensureLocalAdmin({ pool }: Database, id: string): Promise<string> {
  const admin = await tables(pool)
    .insertInto('appUser')
    .values({ id, email: LOCAL_ADMIN_EMAIL, name: 'Local admin', isAdmin: true })
    .onConflict((conflict) =>
      conflict
        .column('email')
        .doUpdateSet({ isAdmin: true, isActive: true })
        .where('appUser.passwordHash', 'is', null),
    )
    .returning('id')
    .executeTakeFirst();
  if (!admin) throw isSomebodys(LOCAL_ADMIN_EMAIL);
  return admin.id;
}

const GUEST_COLUMNS = ['id', 'isAdmin', 'isActive'] as const;
export type GuestRow = Pick<Row<'appUser'>, (typeof GUEST_COLUMNS)[number]>;

/**
 * The account of all requests without credentials, created with the first of them. It has no password either.
 */
export async function ensureGuest({ pool }: Database, newId: () => string): Promise<GuestRow> {
  const guest = await tables(pool)
    .selectFrom('appUser')
    .select(GUEST_COLUMNS)
    .where('email', '=', GUEST_EMAIL)
    .where('passwordHash', 'is', null)
    .executeTakeFirst();
  return guest ?? insertGuest({ pool }, newId());
}

async function insertGuest({ pool }: Pick<Database, 'pool'>, id: string): Promise<GuestRow> {
  const guest = await tables(pool)
    .insertInto('appUser')
    .values({ id, email: GUEST_EMAIL, name: 'Guest' })
    .onConflict((conflict) =>
      conflict.column('email').doUpdateSet({ updatedAt: NOW }).where('appUser.passwordHash', 'is', null),
    )
    .returning(GUEST_COLUMNS)
    .executeTakeFirst();
  if (!guest) throw isSomebodys(GUEST_EMAIL);
  return guest;
}

function isSomebodys(email: string): Error {
  return new Error(`the account ${email} has a password, so it belongs to a person: delete it`);
}
