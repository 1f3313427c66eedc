import { Migration } from '@mikro-orm/migrations';

export class Migration20261130095235 extends Migration {

  override name = 'Migration20261130095235';

  override up(): void | Promise<void> {
    this.addSql(`alter table "app_user" add "imported_at" timestamptz(6) null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "app_user" drop column "imported_at";`);
  }

}
