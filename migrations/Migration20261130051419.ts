import { Migration } from '@mikro-orm/migrations';

export class Migration20261130051419 extends Migration {

  override name = 'Migration20261130051419';

  override up(): void | Promise<void> {
    this.addSql(`alter table "worker" add "sandbox" text not null default 'unavailable';`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "worker" drop column "sandbox";`);
  }

}
