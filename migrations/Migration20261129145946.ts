import { Migration } from '@mikro-orm/migrations';

export class Migration20261129145946 extends Migration {

  override name = 'Migration20261129145946';

  override up(): void | Promise<void> {
    this.addSql(`alter table "model" add "first_token_seconds" int null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "model" drop column "first_token_seconds";`);
  }

}
