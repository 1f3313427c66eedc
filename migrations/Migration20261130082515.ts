import { Migration } from '@mikro-orm/migrations';

export class Migration20261130082515 extends Migration {

  override name = 'Migration20261130082515';

  override up(): void | Promise<void> {
    this.addSql(`alter table "session" add "named_directory" text null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "session" drop column "named_directory";`);
  }

}
