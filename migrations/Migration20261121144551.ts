import { Migration } from '@mikro-orm/migrations';

export class Migration20261121144551 extends Migration {

  override name = 'Migration20261121144551';

  override up(): void | Promise<void> {
    this.addSql(`create index "run_queued" on "run" ("id") where "status" = 'queued';`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "run_queued";`);
  }

}
