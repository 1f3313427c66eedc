import { Migration } from '@mikro-orm/migrations';

export class Migration20261129181639 extends Migration {

  override name = 'Migration20261129181639';

  override up(): void | Promise<void> {
    this.addSql(`alter table "thread" add "summary" jsonb null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "thread" drop column "summary";`);
  }

}
