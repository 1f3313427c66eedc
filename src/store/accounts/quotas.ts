import { LRUCache } from 'lru-cache';
import type { ClientBase } from 'pg';
import { DomainError } from '../../errors.ts';
import type { Database } from '../database/database.ts';

/** Resources with a quota. Bytes are UTF-8 bytes of stored data, before compression by Postgres. */
export const QUOTAS = ['runs', 'objects', 'bytes'] as const;
export type Quota = (typeof QUOTAS)[number];
export type Amounts = Record<Quota, number>;

/** null: the default of the installation. */
export type OwnLimits = Record<Quota, number | null>;

/** Absent limits stay unchanged. */
export type LimitChange = { [Limit in Quota]?: number | null | undefined };

export interface QuotaState {
  used: Amounts;
  limits: Amounts;
}

/** Storage quotas of accounts. */
export interface Quotas {
  /**
   * Checks quotas before something is stored. Needs no query while the usage read a few seconds ago leaves
   * enough quota, so an account may exceed its quota by what is created concurrently, and by what other
   * processes create within those seconds.
   * @param client of an open transaction: waiting for another connection could deadlock with others doing the
   * same
   * @throws DomainError QUOTA_EXCEEDED
   */
  require(ownerId: string, wanted: Partial<Amounts>, client?: ClientBase): Promise<void>;
  read(ownerId: string): Promise<QuotaState>;
  /** To be called after limits were changed. */
  forget(ownerId: string): void;
}

const FRESH_MS = 5_000;
const MAX_ACCOUNTS = 10_000;

interface Known extends QuotaState {
  readAt: number;
}

/** @param installation default limits */
export function createQuotas(database: Database, installation: Amounts): Quotas {
  const known = new LRUCache<string, Known>({ max: MAX_ACCOUNTS });
  const reading = new Map<string, Promise<Known>>();

  async function readNow(ownerId: string): Promise<Known> {
    await addUp(database, ownerId);
    const { used, own } = await readUsage(database.pool, ownerId);
    return remember(ownerId, { used, limits: limitsOf(installation, own) });
  }

  function remember(ownerId: string, state: QuotaState): Known {
    const read = { ...state, readAt: performance.now() };
    known.set(ownerId, read);
    return read;
  }

  /** Concurrent callers share one read. */
  function read(ownerId: string): Promise<Known> {
    const present = reading.get(ownerId) ?? readNow(ownerId).finally(() => reading.delete(ownerId));
    reading.set(ownerId, present);
    return present;
  }

  async function peek(client: ClientBase, ownerId: string): Promise<Known> {
    const { used, own } = await readUsage(client, ownerId);
    // Usage of accounts that only schedules and executions work for has to be aggregated too: after this
    // transaction, on another connection.
    setImmediate(() => void read(ownerId).catch(() => {}));
    return remember(ownerId, { used, limits: limitsOf(installation, own) });
  }

  return {
    read,
    async require(ownerId, wanted, client) {
      const last = known.get(ownerId);
      const isFresh = last && performance.now() - last.readAt < FRESH_MS;
      const state =
        isFresh && !exceeded(last, wanted) ? last : await (client ? peek(client, ownerId) : read(ownerId));
      const quota = exceeded(state, wanted);
      if (quota) throw refusal(quota, state, wanted);
      for (const each of QUOTAS) state.used[each] += wanted[each] ?? 0;
    },
    forget: (ownerId) => void known.delete(ownerId),
  };
}

function limitsOf(installation: Amounts, own: OwnLimits): Amounts {
  return {
    runs: own.runs ?? installation.runs,
    objects: own.objects ?? installation.objects,
    bytes: own.bytes ?? installation.bytes,
  };
}

/** The first quota that does not cover the wanted amounts. */
function exceeded({ used, limits }: QuotaState, wanted: Partial<Amounts>): Quota | undefined {
  return QUOTAS.find((quota) => {
    const more = wanted[quota] ?? 0;
    return more > 0 && used[quota] + more > limits[quota];
  });
}

const WORDS = {
  runs: 'tasks, executions and orchestrations',
  objects: 'sessions, threads, agents, templates, workflows, integrations, API keys and models',
  bytes: 'bytes',
} satisfies Record<Quota, string>;

function refusal(quota: Quota, { used, limits }: QuotaState, wanted: Partial<Amounts>): DomainError {
  const kept = `the account may store ${limits[quota]} ${WORDS[quota]} and has ${used[quota]}`;
  const more = quota === 'bytes' ? `, and this needs ${wanted.bytes} more` : '';
  const message = `${kept}${more}; delete what is no longer needed, or ask an admin for a larger quota`;
  return new DomainError('QUOTA_EXCEEDED', message, { quota, limit: limits[quota], used: used[quota] });
}

interface Usage {
  used: Amounts;
  own: OwnLimits;
}

interface Row {
  runs: string;
  objects: string;
  bytes: string;
  maxRuns: string | null;
  maxObjects: string | null;
  maxBytes: string | null;
}

/** If the usage of an account was not read for a long time, the rest is aggregated the next time. */
const MOST_CHANGES = 50_000;

/** Aggregates pending changes into the account's row. Concurrent calls divide the changes between them. */
async function addUp(database: Database, ownerId: string): Promise<void> {
  await database.pool.query({
    name: 'add-up-usage',
    text: `
      with taken as (
        delete from usage_change where owner_id = $1 and id in (
          select id from usage_change where owner_id = $1 order by id limit ${MOST_CHANGES} for update skip locked
        ) returning runs, objects, bytes
      )
      insert into account_usage as usage (owner_id, runs, objects, bytes)
      select $1, sum(runs), sum(objects), sum(bytes) from taken having count(*) > 0
      on conflict (owner_id) do update set runs = usage.runs + excluded.runs,
        objects = usage.objects + excluded.objects, bytes = usage.bytes + excluded.bytes`,
    values: [ownerId],
  });
}

/** Including pending changes, and without a lock. */
async function readUsage(client: Pick<ClientBase, 'query'>, ownerId: string): Promise<Usage> {
  const { rows } = await client.query<Row>({
    name: 'read-usage',
    text: `
      select sum(runs) as runs, sum(objects) as objects, sum(bytes) as bytes, max("maxRuns") as "maxRuns",
        max("maxObjects") as "maxObjects", max("maxBytes") as "maxBytes"
      from (
        select 0 as runs, 0 as objects, 0 as bytes, null::bigint as "maxRuns", null::bigint as "maxObjects",
          null::bigint as "maxBytes"
        union all select runs, objects, bytes, max_runs, max_objects, max_bytes from account_usage where owner_id = $1
        union all select runs, objects, bytes, null, null, null from usage_change where owner_id = $1
      ) as part`,
    values: [ownerId],
  });
  return fromRow(rows[0]!);
}

function fromRow(row: Row): Usage {
  return {
    used: { runs: Number(row.runs), objects: Number(row.objects), bytes: Number(row.bytes) },
    own: { runs: limitOf(row.maxRuns), objects: limitOf(row.maxObjects), bytes: limitOf(row.maxBytes) },
  };
}

function limitOf(text: string | null): number | null {
  return text === null ? null : Number(text);
}

/** `Quotas.forget` is called after the commit. */
export async function writeLimits(
  client: Pick<ClientBase, 'query'>,
  ownerId: string,
  { runs, objects, bytes }: LimitChange,
): Promise<void> {
  await client.query(
    `insert into account_usage as usage (owner_id, max_runs, max_objects, max_bytes) values ($1, $2, $3, $4)
     on conflict (owner_id) do update set
       max_runs = case when $5 then excluded.max_runs else usage.max_runs end,
       max_objects = case when $6 then excluded.max_objects else usage.max_objects end,
       max_bytes = case when $7 then excluded.max_bytes else usage.max_bytes end`,
    [
      ownerId,
      runs ?? null,
      objects ?? null,
      bytes ?? null,
      runs !== undefined,
      objects !== undefined,
      bytes !== undefined,
    ],
  );
}
