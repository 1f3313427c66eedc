import { ChangeInUse } from './shared/change-in-use.ts';

/**
 * Entries wait while the indexes are built. Building them concurrently would never end: it waits for the snapshots of all
 * others, and processes that were started meanwhile wait in a statement until this one has migrated.
 */
const INDEXES = `
  create index "audit_entry_actor" on "audit_entry" ("actor_id", "created_at", "id") where "actor_id" is not null;
  drop index "audit_entry_own";
  create index "audit_entry_own" on "audit_entry" ("actor_id", "created_at", "id") where "action" in ('api_key_created', 'api_key_deleted', 'api_key_rotated', 'logged_out_everywhere', 'password_changed', 'refresh_token_reused', 'user_exported');`;

export class Migration20261130153951 extends ChangeInUse {

  override name = 'Migration20261130153951';

  override async up(): Promise<void> {
    if (await this.has(`to_regclass('audit_entry_actor') is not null`)) return;
    await this.whileInUse(['audit_entry'], INDEXES);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "audit_entry_own";`);
    this.addSql(`create index "audit_entry_own" on "audit_entry" ("actor_id", "created_at", "id") where "action" in ('api_key_created', 'api_key_deleted', 'api_key_rotated', 'logged_out_everywhere', 'password_changed', 'refresh_token_reused');`);
    this.addSql(`drop index "audit_entry_actor";`);
  }

}
