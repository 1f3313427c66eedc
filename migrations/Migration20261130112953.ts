import { Migration } from '@mikro-orm/migrations';

export class Migration20261130112953 extends Migration {

  override name = 'Migration20261130112953';

  override up(): void | Promise<void> {
    this.addSql(`alter table "run" add "start_at" timestamptz(6) null, add "expires_at" timestamptz(6) null;`);
    this.addSql(`create index "run_expiring" on "run" ("expires_at") where "expires_at" is not null and "status" in ('pending', 'queued');`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "run_expiring";`);
    this.addSql(`alter table "run" drop column "start_at", drop column "expires_at";`);
  }

}
