import { Migration } from '@mikro-orm/migrations';

export class Migration20261129141309 extends Migration {

  override name = 'Migration20261129141309';

  override up(): void | Promise<void> {
    this.addSql(`alter table "model" add "lacks" text[] not null default '{}', add "digest" text null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "model" drop column "lacks", drop column "digest";`);
  }

}
