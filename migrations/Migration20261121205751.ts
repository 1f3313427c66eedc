import { Migration } from '@mikro-orm/migrations';

export class Migration20261121205751 extends Migration {

  override name = 'Migration20261121205751';

  override up(): void | Promise<void> {
    this.addSql(`create index "session_owner_label" on "session" ("owner_id", "user_label") where "user_label" is not null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "session_owner_label";`);
  }

}
