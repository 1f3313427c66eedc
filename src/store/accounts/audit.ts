import { newId } from '../../rules/ids/ids.ts';
import type { AuditAction } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { BATCH_ROWS, deleteInBatches } from '../database/delete-in-batches.ts';
import { createdAtText, keysetList, type ListedRow } from '../database/kysely-page.ts';
import type { RowList } from '../database/sql-page.ts';
import { type Queryable, tables } from '../database/tables.ts';

export interface AuditEvent {
  /** The account that acted; null: unknown. */
  actorId: string | null;
  action: AuditAction;
  /** Global id of the affected object, or an e-mail address without an account; null: the actor itself. */
  subject: string | null;
}

/** Actions of accounts on themselves, which are unlimited. Also in the condition of an index. */
export const OWN_ACTIONS = `'api_key_created', 'api_key_deleted', 'api_key_rotated', 'logged_out_everywhere', 'password_changed',
  'refresh_token_reused', 'user_exported'`;
/**
 * Number of entries kept per action and account, the newest ones. Entries of other accounts are not
 * displaced.
 */
const MAX_OWN_ENTRIES = 1_000;
const SUPERFLUOUS_AT_ONCE = 10;

/** Records an action, in the transaction that performs it. */
export async function recordAudit(client: Queryable, event: AuditEvent): Promise<void> {
  await client.query({
    name: 'record-audit',
    text: `
      with superfluous as (
        delete from audit_entry where $3 in (${OWN_ACTIONS}) and id in (
          select id from audit_entry where actor_id = $2 and action in (${OWN_ACTIONS}) and action = $3
          order by created_at desc, id desc offset ${MAX_OWN_ENTRIES - 1} limit ${SUPERFLUOUS_AT_ONCE}
        )
      )
      insert into audit_entry (id, actor_id, actor_email, action, subject)
      values ($1, $2, (select email from app_user where id = $2), $3, $4)`,
    values: [newId(), event.actorId, event.action, event.subject],
  });
}

/** Deletes entries older than a year. */
export function pruneAudit(database: Database, signal: AbortSignal): Promise<number> {
  return deleteInBatches(
    database,
    {
      name: 'prune-audit',
      text: `
      delete from audit_entry where id in (
        select id from audit_entry where created_at < now() - interval '1 year'
        order by created_at, id limit ${BATCH_ROWS} for update skip locked
      )`,
    },
    signal,
  );
}

export type AuditRow = ListedRow<'auditEntry'>;

/** Entries newest first, by keyset. */
export function listAudit({ pool }: Database): RowList<AuditRow> {
  const entries = tables(pool).selectFrom('auditEntry').selectAll().select(createdAtText('auditEntry'));
  return keysetList(pool, entries, 'auditEntry');
}
