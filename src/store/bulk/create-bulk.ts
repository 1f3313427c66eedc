import type { ClientBase } from 'pg';
import { DomainError } from '../../errors.ts';
import { globalId } from '../../rules/ids/global-id.ts';
import { BULK_PRIORITY } from '../../rules/runs/bulk.ts';
import { KINDS } from '../../rules/runs/kinds.ts';
import type { AuditAction, BulkAction, Origin } from '../../vocabulary.ts';
import { lockAccount } from '../accounts/accounts.ts';
import { recordAudit } from '../accounts/audit.ts';
import { columnsOf, insertSql, statement } from '../database/statement.ts';
import { transaction } from '../database/transaction.ts';
import { loggedSql } from '../log/append-sql.ts';
import { bytesOf, eventsParameter } from '../log/event-log.ts';
import type { LoggedEvent } from '../log/events.ts';
import { NEW_RUN, newRunSql } from '../runs/create-run.ts';
import type { Store } from '../store.ts';
import type { Idempotency } from '../tasks/new-task.ts';
import type { BulkSettings, BulkTarget } from './bulk.ts';
import { addBatches } from './match-runs.ts';

export interface NewBulkOperation {
  id: string;
  ownerId: string;
  origin: Origin;
  action: BulkAction;
  settings: BulkSettings;
  /** null: the runs that the filter of the settings selects. */
  targets: readonly BulkTarget[] | null;
  idempotency: Idempotency | null;
}

const AUDITED: Record<BulkAction, AuditAction> = {
  cancel: 'runs_cancelled',
  retry: 'runs_retried',
  delete: 'runs_deleted',
};

const BULK = { action: 'text', settings: 'jsonb', matched: 'integer' } as const;

const insert = statement('create-bulk', { ...NEW_RUN, ...BULK }, ($) => {
  const moved = newRunSql($, 'bulk', { status: `'queued'` });
  return `
    with ${moved.sql}, asked as (
      ${insertSql('bulk', { id: 'moved.id', ...columnsOf($, BULK) })} from moved
    ), ${loggedSql(moved).sql}
    select * from logged order by seq`;
});

/** Unfinished ones of an account: workers execute few at once, and those of other accounts wait for them. */
const MOST_UNFINISHED = 10;

/** A guess: many of them end within seconds. */
const RETRY_SECONDS = 10;

/**
 * Creates run, bulk operation, first event, ticket and the entry of the audit log.
 * @returns false when the idempotency key exists. @throws DomainError RATE_LIMITED
 */
export async function createBulk(store: Store, bulk: NewBulkOperation): Promise<boolean> {
  const events = await transaction(store.database, async (client) => {
    await lockAccount(client, bulk.ownerId);
    const { rows } = await client.query<LoggedEvent>(insert(valuesOf(bulk)));
    if (rows.length === 0) return rows;
    await requirePlace(client, bulk.ownerId);
    if (bulk.targets) await addBatches(client, bulk, bulk.targets);
    const subject = globalId(KINDS.bulk.type, bulk.id);
    await recordAudit(client, { actorId: bulk.ownerId, action: AUDITED[bulk.action], subject });
    return rows;
  });
  store.bus.publish(bulk.id, events);
  return events.length > 0;
}

/** After the new one is stored, so that a repeated request is none; the account is locked. @throws DomainError RATE_LIMITED */
async function requirePlace(client: ClientBase, ownerId: string): Promise<void> {
  const { rows } = await client.query<{ unfinished: number }>({
    name: 'count-unfinished-bulk',
    text: `
      select count(*)::int as unfinished from run
      where owner_id = $1 and kind = 'bulk' and status in ('queued', 'running') and parent_id is null`,
    values: [ownerId],
  });
  if (rows[0]!.unfinished <= MOST_UNFINISHED) return;
  const message = `at most ${MOST_UNFINISHED} bulk operations of an account can be unfinished; wait until one of them has ended`;
  throw new DomainError('RATE_LIMITED', message, { retryAfter: RETRY_SECONDS });
}

function valuesOf({ id, ownerId, origin, action, settings, targets, idempotency }: NewBulkOperation) {
  const kept = JSON.stringify(settings);
  return {
    id,
    owner_id: ownerId,
    origin,
    priority: BULK_PRIORITY,
    tags: [],
    metadata: null,
    start_at: null,
    expires_at: null,
    cost_limit: null,
    idempotency_key: idempotency?.key ?? null,
    body_hash: idempotency?.bodyHash ?? null,
    events: eventsParameter([{ type: 'RunCreated', data: { kind: 'bulk' } }]),
    action,
    settings: kept,
    matched: targets?.length ?? null,
    bytes: bytesOf(kept),
  };
}
