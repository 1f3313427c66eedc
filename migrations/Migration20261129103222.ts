import { Migration } from '@mikro-orm/migrations';

export class Migration20261129103222 extends Migration {

  override name = 'Migration20261129103222';

  override up(): void | Promise<void> {
    this.addSql(`drop index "run_next";`);
    this.addSql(`create index "run_next" on "run" ("owner_id", "priority" desc, "ready_at", "id") where "status" = 'queued' and "blockers" = 0;`);
    this.addSql(`create index "run_blocked" on "run" ("owner_id") where "status" = 'queued' and "blockers" > 0;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "run_blocked";`);
    this.addSql(`drop index "run_next";`);
    this.addSql(`create index "run_next" on "run" ("owner_id", "blockers", "priority" desc, "ready_at", "id") where "status" = 'queued';`);
  }

}
