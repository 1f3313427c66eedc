import type { ClientBase } from 'pg';
import { lockAccounts } from '../../store/accounts/accounts.ts';
import { SERVER_EMAILS } from '../../store/accounts/server-accounts.ts';
import type { LineOutcome } from './outcome.ts';

export interface ImportedAccount {
  line: number;
  id: string;
  email: string;
  name: string;
  /** The name to log in with; refused if another account has it. null: `name`, if it is free. */
  username: string | null;
  passwordHash: string;
  isAdmin: boolean;
  isActive: boolean;
  createdAt: string | null;
}

/** @param accounts with different addresses */
export async function importAccounts(
  client: ClientBase,
  accounts: readonly ImportedAccount[],
): Promise<LineOutcome[]> {
  await lockAccounts(client);
  const { rows } = await client.query<LineOutcome>({
    name: 'import-accounts',
    text: IMPORT_ACCOUNTS,
    values: [JSON.stringify(accounts), SERVER_EMAILS],
  });
  return rows;
}

/** Of several accounts with one name, the first can log in by it. */
const IMPORT_ACCOUNTS = `
  with given as (
    select *, coalesce(username, case when name !~ '@' then name end) as wanted
    from jsonb_to_recordset($1::jsonb) as item(line integer, id text, email text, name text, username text,
      "passwordHash" text, "isAdmin" boolean, "isActive" boolean, "createdAt" timestamptz)
  ), judged as (
    select given.*, exists (select from app_user where email = given.email) as is_present,
      email = any($2) or (username is not null and exists (
        select from app_user where handle = given.username and email <> given.email
      )) as is_taken,
      row_number() over (partition by wanted order by username is null, line) as place
    from given
  ), created as (
    insert into app_user (id, email, name, handle, password_hash, is_admin, is_active, created_at, updated_at)
    select id, email, name, case when place = 1 and not exists (
        select from app_user where handle = wanted) then wanted end,
      "passwordHash", "isAdmin", "isActive", coalesce("createdAt", now()), now()
    from judged where not is_present and not is_taken
  )
  select line, case when is_present then 'present' when is_taken then 'taken' else 'created' end as outcome
  from judged order by line`;
