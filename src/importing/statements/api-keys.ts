import type { ClientBase } from 'pg';
import { OWN_ACTIONS } from '../../store/accounts/audit.ts';
import type { Scope } from '../../vocabulary.ts';
import type { LineOutcome } from './outcome.ts';
import { JOIN_OWNER, OWNER_COLUMNS, type OwnerRules, ownerValues, REFUSED_OWNER } from './owners.ts';

export interface ImportedApiKey {
  line: number;
  /** Derived from the hash, so that it is the same in each import of the key. */
  id: string;
  globalId: string;
  account: string;
  name: string;
  prefix: string;
  hash: string;
  scopes: readonly Scope[] | null;
  expiresAt: string | null;
  createdAt: string | null;
}

/**
 * A key that was deleted or rotated here since an earlier import stays deleted or rotated.
 * @param keys with different hashes
 */
export async function importApiKeys(
  client: ClientBase,
  keys: readonly ImportedApiKey[],
  rules: OwnerRules,
): Promise<LineOutcome[]> {
  const { rows } = await client.query<LineOutcome>({
    name: 'import-api-keys',
    text: IMPORT_KEYS,
    values: [JSON.stringify(keys), ...ownerValues(rules)],
  });
  return rows;
}

const IMPORT_KEYS = `
  with given as (
    select item.*, ${OWNER_COLUMNS}
    from jsonb_to_recordset($1::jsonb) as item(line integer, id text, "globalId" text, account text, name text,
      prefix text, hash text, scopes text[], "expiresAt" timestamptz, "createdAt" timestamptz) ${JOIN_OWNER}
  ), judged as (
    select given.*, case
      ${REFUSED_OWNER}
      when known.owner_id = given.owner_id then 'present'
      when known.owner_id is not null then 'taken'
      when exists (
        select from audit_entry where actor_id = given.owner_id and action = 'api_key_deleted'
          and action in (${OWN_ACTIONS})
          and subject = "globalId"
      ) then 'deleted'
      else 'created' end as outcome
    from given left join lateral (
      select owner_id from api_key where hash = given.hash
      union all select owner_id from api_key where previous_hash = given.hash
      union all select owner_id from api_key where api_key.id = given.id
      limit 1
    ) as known on true
  ), created as (
    insert into api_key (id, owner_id, name, prefix, hash, scopes, expires_at, created_at, updated_at)
    select id, owner_id, name, prefix, hash, scopes, "expiresAt", coalesce("createdAt", now()), now()
    from judged where outcome = 'created'
  )
  select line, outcome from judged order by line`;
