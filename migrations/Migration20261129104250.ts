import { Migration } from '@mikro-orm/migrations';

export class Migration20261129104250 extends Migration {

  override name = 'Migration20261129104250';

  override up(): void | Promise<void> {
    this.addSql(`create index "audit_entry_own" on "audit_entry" ("actor_id", "created_at", "id") where "action" in ('api_key_created', 'api_key_deleted', 'api_key_rotated', 'logged_out_everywhere', 'password_changed', 'refresh_token_reused');`);

    this.addSql(`alter table "login" add "refresh_family" text null;`);
    this.addSql(`create index "login_expires_at_index" on "login" ("expires_at");`);
    this.addSql(`alter table "login" add constraint "login_refresh_family_unique" unique ("refresh_family");`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "audit_entry_own";`);

    this.addSql(`drop index "login_expires_at_index";`);
    this.addSql(`alter table "login" drop constraint "login_refresh_family_unique";`);
    this.addSql(`alter table "login" drop column "refresh_family";`);
  }

}
