import { Migration } from '@mikro-orm/migrations';

export class Migration20261129140923 extends Migration {

  override name = 'Migration20261129140923';

  override up(): void | Promise<void> {
    this.addSql(`alter table "model_call" add "cache_write_tokens" int null, add "cache_write_price" numeric(18,6) null, add "cache_write_hour_price" numeric(18,6) null;`);

    this.addSql(`alter table "model" add "cache_write_price" numeric(18,6) null, add "cache_write_hour_price" numeric(18,6) null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "model" drop column "cache_write_price", drop column "cache_write_hour_price";`);

    this.addSql(`alter table "model_call" drop column "cache_write_tokens", drop column "cache_write_price", drop column "cache_write_hour_price";`);
  }

}
