import { Migration } from '@mikro-orm/migrations';

export class Migration20261129111132 extends Migration {

  override name = 'Migration20261129111132';

  override up(): void | Promise<void> {
    this.addSql(`alter table "model" add "quirks" text[] not null default '{}';`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "model" drop column "quirks";`);
  }

}
