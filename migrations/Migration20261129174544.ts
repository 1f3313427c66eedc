import { Migration } from '@mikro-orm/migrations';

export class Migration20261129174544 extends Migration {

  override name = 'Migration20261129174544';

  override up(): void | Promise<void> {
    this.addSql(`alter table "run" add "unavailable_since" timestamptz(6) null, add "deferred_until" timestamptz(6) null;`);
    this.addSql(`create index "run_deferred" on "run" ("deferred_until") where "deferred_until" is not null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "run_deferred";`);
    this.addSql(`alter table "run" drop column "unavailable_since", drop column "deferred_until";`);
  }

}
