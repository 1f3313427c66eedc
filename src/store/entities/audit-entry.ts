import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { AuditAction } from '../../vocabulary.ts';

/** An action of an account on accounts or credentials. Kept when either is deleted. */
export const AuditEntry = defineEntity({
  name: 'AuditEntry',
  tableName: 'audit_entry',
  indexes: [
    { properties: ['createdAt', 'id'] },
    {
      // Of an account, for its export.
      name: 'audit_entry_actor',
      expression:
        'create index "audit_entry_actor" on "audit_entry" ("actor_id", "created_at", "id") where "actor_id" is not null',
    },
    {
      // Actions of accounts on themselves; the number of such entries per account is limited.
      name: 'audit_entry_own',
      expression: `create index "audit_entry_own" on "audit_entry" ("actor_id", "created_at", "id") where "action" in ('api_key_created', 'api_key_deleted', 'api_key_rotated', 'logged_out_everywhere', 'password_changed', 'refresh_token_reused', 'user_exported')`,
    },
  ],
  properties: {
    id: p.text().primary(),
    /** The account that acted; null: unknown. */
    actor: p.text().nullable().fieldName('actor_id'),
    /** Its e-mail address at the time, in case the account is deleted. */
    actorEmail: p.text().nullable(),
    action: p.text().$type<AuditAction>(),
    /** The global id of the affected object. */
    subject: p.text().nullable(),
    createdAt: p.datetime(6).defaultRaw('clock_timestamp()'),
  },
});
export type AuditEntry = InferEntity<typeof AuditEntry>;
