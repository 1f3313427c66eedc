import { Migration } from '@mikro-orm/migrations';

export class Migration20261130153951 extends Migration {

  override name = 'Migration20261130153951';

  override up(): void | Promise<void> {
    this.addSql(`create index "audit_entry_actor" on "audit_entry" ("actor_id", "created_at", "id") where "actor_id" is not null;`);
    this.addSql(`drop index "audit_entry_own";`);
    this.addSql(`create index "audit_entry_own" on "audit_entry" ("actor_id", "created_at", "id") where "action" in ('api_key_created', 'api_key_deleted', 'api_key_rotated', 'logged_out_everywhere', 'password_changed', 'refresh_token_reused', 'user_exported');`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "audit_entry_own";`);
    this.addSql(`create index "audit_entry_own" on "audit_entry" ("actor_id", "created_at", "id") where "action" in ('api_key_created', 'api_key_deleted', 'api_key_rotated', 'logged_out_everywhere', 'password_changed', 'refresh_token_reused');`);
    this.addSql(`drop index "audit_entry_actor";`);
  }

}
