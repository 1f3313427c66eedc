import { Migration } from '@mikro-orm/migrations';

export class Migration20261121214618 extends Migration {

  override name = 'Migration20261121214618';

  override up(): void | Promise<void> {
    this.addSql(`create index "app_user_name_index" on "app_user" ("name");`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "app_user_name_index";`);
  }

}
