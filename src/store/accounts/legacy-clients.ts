import { sql } from 'kysely';
import { newId } from '../../rules/ids/ids.ts';
import type { Dialect } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { createdAtText, keysetList } from '../database/kysely-page.ts';
import type { RowList } from '../database/sql-page.ts';
import { optionalFilters, tables } from '../database/tables.ts';

/** What distinguishes a client of a dialect from others. */
export interface LegacyCaller {
  ownerId: string;
  origin: Dialect;
  /** Hexadecimal SHA-256 of the API key that was sent or that created the token; null: none. */
  keyHash: string | null;
  userAgent: string;
}

export interface CountedUse extends LegacyCaller {
  requests: number;
  lastUsedAt: Date;
}

/** The most rows of an account. Its further clients are counted together, one row for each dialect. */
export const MAX_CLIENTS = 100;
export const OTHER_CLIENTS = 'other';

/** Adds counted requests, of any accounts. Processes that write at the same moment may exceed the limit of rows. */
export async function addLegacyUse({ pool }: Database, uses: readonly CountedUse[]): Promise<void> {
  const column = <Value>(read: (use: CountedUse) => Value) => uses.map(read);
  // In a statement of its own: one that deletes a row cannot update it as well.
  await pool.query({
    name: 'prune-legacy-clients',
    text: `delete from legacy_client where owner_id = any($1) and last_used_at < now() - interval '1 year'`,
    values: [column(({ ownerId }) => ownerId)],
  });
  await pool.query({
    name: 'add-legacy-use',
    text: ADD_USE,
    values: [
      column(newId),
      column(({ ownerId }) => ownerId),
      column(({ origin }) => origin),
      column(({ keyHash }) => keyHash),
      column(({ userAgent }) => userAgent),
      column(({ requests }) => requests),
      column(({ lastUsedAt }) => lastUsedAt),
    ],
  });
}

/** Inserts in the order of the unique index, so that concurrent processes wait for each other but never deadlock. */
const ADD_USE = `
  with used as (
    select given.id, owner_id, origin, user_agent, requests, used_at, key.id as api_key_id
    from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::timestamptz[])
      as given(id, owner_id, origin, key_hash, user_agent, requests, used_at)
    join lateral (select from app_user where id = owner_id and deleted_at is null limit 1) as account on true
    left join lateral (
      select id from api_key where hash = key_hash
      union all
      select id from api_key where previous_hash = key_hash
      limit 1
    ) as key on true
  ), numbered as (
    select used.*, known.id is not null as is_known, (
        select count(*) from legacy_client as held where held.owner_id = used.owner_id
      ) + row_number() over (partition by used.owner_id, known.id is null order by used.id) as number
    from used left join legacy_client as known on known.owner_id = used.owner_id and known.origin = used.origin
      and known.api_key_id is not distinct from used.api_key_id and known.user_agent = used.user_agent
  ), bounded as (
    select id, owner_id, origin, requests, used_at,
      case when is_known or number <= ${MAX_CLIENTS} then api_key_id end as api_key_id,
      case when is_known or number <= ${MAX_CLIENTS} then user_agent else '${OTHER_CLIENTS}' end as user_agent
    from numbered
  )
  insert into legacy_client as client (id, owner_id, origin, api_key_id, user_agent, requests, last_used_at)
  select min(id), owner_id, origin, api_key_id, user_agent, sum(requests), max(used_at) from bounded
  group by owner_id, origin, api_key_id, user_agent order by owner_id, origin, api_key_id, user_agent
  on conflict (owner_id, origin, api_key_id, user_agent) do update
    set requests = client.requests + excluded.requests,
      last_used_at = greatest(client.last_used_at, excluded.last_used_at)`;

export interface LegacyClientFilter {
  /** null: of all accounts. */
  ownerId: string | null;
  /** null: all dialects. */
  origins: readonly Dialect[] | null;
  /** null: whenever they were used. */
  usedSince: Date | null;
}

/** Clients newest first, by keyset. */
export function listLegacyClients({ pool }: Database, { ownerId, origins, usedSince }: LegacyClientFilter) {
  const clients = tables(pool)
    .selectFrom('legacyClient')
    .selectAll()
    .select((client) =>
      (['name', 'prefix'] as const).map((column) =>
        client
          .selectFrom('apiKey')
          .select(column)
          .whereRef('apiKey.id', '=', 'legacyClient.apiKeyId')
          .as(column === 'name' ? 'apiKeyName' : 'apiKeyPrefix'),
      ),
    )
    .select(createdAtText('legacyClient'))
    .where(optionalFilters('legacyClient', { ownerId, origin: origins }))
    .where(usedSince ? sql<boolean>`last_used_at >= ${usedSince}` : sql<boolean>`true`);
  return keysetList(pool, clients, 'legacyClient');
}

type Listed<List> = List extends RowList<infer Row> ? Row : never;
export type LegacyClientRow = Listed<ReturnType<typeof listLegacyClients>>;
