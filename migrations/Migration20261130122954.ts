import { Migration } from '@mikro-orm/migrations';

export class Migration20261130122954 extends Migration {

  override name = 'Migration20261130122954';

  override up(): void | Promise<void> {
    this.addSql(`create index "run_ready_bulk" on "run" ("ready_at") where "kind" = 'bulk' and "status" = 'queued';`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "run_ready_bulk";`);
  }

}
