import { Migration } from '@mikro-orm/migrations';

export class Migration20261121181846 extends Migration {

  override name = 'Migration20261121181846';

  override up(): void | Promise<void> {
    this.addSql(`alter table "model" add "base_url" text null, add "sealed_api_key" text null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "model" drop column "base_url", drop column "sealed_api_key";`);
  }

}
