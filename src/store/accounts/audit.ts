import type { ClientBase } from 'pg';
import { newId } from '../../rules/ids.ts';
import type { AuditAction } from '../../vocabulary.ts';

export interface AuditEvent {
  /** The account that acted; null: none that is known. */
  actorId: string | null;
  action: AuditAction;
  /** Global id of what was acted on, or an e-mail address that has no account yet; null: the actor itself. */
  subject: string | null;
}

/** Entries older than a year are deleted as new ones are written. */
const EXPIRED_AT_ONCE = 10;

/** Records an action, in the transaction that does it. */
export async function recordAudit(client: Pick<ClientBase, 'query'>, event: AuditEvent): Promise<void> {
  await client.query({
    name: 'record-audit',
    text: `
      with expired as (
        delete from audit_entry where id in (
          select id from audit_entry where created_at < now() - interval '1 year'
          order by created_at, id limit ${EXPIRED_AT_ONCE}
        )
      )
      insert into audit_entry (id, actor_id, actor_email, action, subject)
      values ($1, $2, (select email from app_user where id = $2), $3, $4)`,
    values: [newId(), event.actorId, event.action, event.subject],
  });
}
