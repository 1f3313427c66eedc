import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

/** What an account did to accounts and credentials. It outlives both. */
export const AuditEntry = defineEntity({
  name: 'AuditEntry',
  tableName: 'audit_entry',
  indexes: [
    { properties: ['createdAt', 'id'] },
    {
      // What accounts do to their own credentials; the number of such entries is bounded for each account.
      name: 'audit_entry_own',
      expression: `create index "audit_entry_own" on "audit_entry" ("actor_id", "created_at", "id") where "action" in ('api_key_created', 'api_key_deleted', 'api_key_rotated', 'logged_out_everywhere', 'password_changed', 'refresh_token_reused')`,
    },
  ],
  properties: {
    id: p.text().primary(),
    /** The account that acted; null: none that is known. */
    actor: p.text().nullable().fieldName('actor_id'),
    /** Its e-mail address at the time, for when the account has been deleted. */
    actorEmail: p.text().nullable(),
    action: p.text(),
    /** The id of what was acted on, in the form of GraphQL. */
    subject: p.text().nullable(),
    createdAt: p.datetime(6).defaultRaw('clock_timestamp()'),
  },
});
export type AuditEntry = InferEntity<typeof AuditEntry>;
