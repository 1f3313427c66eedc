import { Migration } from '@mikro-orm/migrations';

export class Migration20261121175221 extends Migration {

  override name = 'Migration20261121175221';

  override up(): void | Promise<void> {
    this.addSql(`alter table "run" add "losses" int not null default 0;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "run" drop column "losses";`);
  }

}
