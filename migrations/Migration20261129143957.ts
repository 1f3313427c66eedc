import { Migration } from '@mikro-orm/migrations';

export class Migration20261129143957 extends Migration {

  override name = 'Migration20261129143957';

  override up(): void | Promise<void> {
    this.addSql(`alter table "model" add "is_listed" boolean not null default true;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "model" drop column "is_listed";`);
  }

}
