import type { RunKind } from '../../vocabulary.ts';
import type { Placeholders } from '../database/statement.ts';
import { createdRunSql, type Moved } from '../log/append-sql.ts';

/** Parameters of every statement that creates a run. */
export const NEW_RUN = {
  id: 'text',
  owner_id: 'text',
  origin: 'text',
  priority: 'integer',
  tags: 'text[]',
  metadata: 'jsonb',
  /** null: as soon as possible. */
  start_at: 'timestamptz',
  /** null: never. */
  expires_at: 'timestamptz',
  /** US dollars; null: no limit of its own. */
  cost_limit: 'numeric',
  /** null: none was given. */
  idempotency_key: 'text',
  body_hash: 'text',
  events: 'jsonb',
  /** UTF-8 bytes of what is stored for it. */
  bytes: 'bigint',
} as const;

/** The earliest time at which a new run starts, and the time by which it must have started. */
export interface StartTimes {
  startAt: Date | null;
  expiresAt: Date | null;
}

/** SQL: assignments for a run that is queued again. It waits for `start_at`, if in the future, and for `blockers`. */
export const requeuedSql = (blockers: string) => `losses = 0, unavailable_since = null,
  deferred_until = case when start_at > now() then start_at end,
  blockers = coalesce(start_at > now(), false)::int + ${blockers}`;

/**
 * `moved` with the parts before and after it: creates a run with its first events and its cost limit, unless its
 * idempotency key exists.
 * @param columns SQL of columns that differ between kinds. @param from SQL of a part that has a row if it may be created
 */
export function newRunSql(
  $: Placeholders<typeof NEW_RUN>,
  kind: RunKind,
  columns: Readonly<Record<string, string>>,
  from?: string,
): Moved<string> {
  // `now()` is constant within a statement, so `deferred_until` and its blocker are set together.
  const isDeferred = `coalesce(${$.start_at} > now(), false)`;
  const source = from ? `from ${from} ` : '';
  const moved = createdRunSql(
    {
      id: $.id,
      kind: `'${kind}'`,
      owner_id: $.owner_id,
      origin: $.origin,
      priority: $.priority,
      tags: $.tags,
      metadata: $.metadata,
      bytes: $.bytes,
      counted_bytes: $.bytes,
      ...columns,
      start_at: $.start_at,
      expires_at: $.expires_at,
      deferred_until: `case when ${isDeferred} then ${$.start_at} end`,
      blockers: `${columns.blockers ?? 0} + ${isDeferred}::int`,
    },
    `${source}where ${$.idempotency_key} is null or exists (select from claimed)`,
    $.events,
  );
  const sql = `claimed as (
      insert into idempotency_key (owner_id, key, body_hash, run_id)
      select ${$.owner_id}, ${$.idempotency_key}, ${$.body_hash}, ${$.id} ${source}where ${$.idempotency_key} is not null
      on conflict do nothing returning key
    ), ${moved.sql}, limited as (
      insert into budget (subject_id, kind, cost_limit)
      select id, '${kind}', ${$.cost_limit} from moved where ${$.cost_limit} is not null
    )`;
  return { ...moved, sql };
}
