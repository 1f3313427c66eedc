import type { ClientBase } from 'pg';
import type { LineOutcome } from './outcome.ts';
import { type OwnerRules, ownerValues } from './owners.ts';

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
  rules: OwnerRules,
): Promise<LineOutcome[]> {
  const { rows } = await client.query<LineOutcome>({
    name: 'import-accounts',
    text: IMPORT_ACCOUNTS,
    values: [JSON.stringify(accounts), ...ownerValues(rules)],
  });
  return rows;
}

/** If several accounts have the same name, only the first can log in with it. */
const IMPORT_ACCOUNTS = `
  with given as (
    select *, coalesce(username, case when name !~ '@' then name end) as wanted
    from jsonb_to_recordset($1::jsonb) as item(line integer, id text, email text, name text, username text,
      "passwordHash" text, "isAdmin" boolean, "isActive" boolean, "createdAt" timestamptz)
  ), judged as (
    select given.*, case
        when given.email = any($2::text[]) then 'reserved'
        when known.id is not null then
          case when known.deleted_at is null and (known.imported_at is not null or $3::boolean) then 'present'
            else 'existing' end
        when username is not null and exists (select from app_user where handle = given.username) then 'taken'
        else 'created' end as outcome,
      row_number() over (partition by wanted order by username is null, line) as place
    from given left join app_user as known on known.email = given.email
  ), created as (
    insert into app_user (id, email, name, handle, password_hash, is_admin, is_active, imported_at, created_at, updated_at)
    select id, email, name, case when place = 1 and not exists (
        select from app_user where handle = wanted) then wanted end,
      "passwordHash", "isAdmin", "isActive", now(), coalesce("createdAt", now()), now()
    from judged where outcome = 'created'
  )
  select line, outcome from judged order by line`;
