import { Migration } from '@mikro-orm/migrations';

export class Migration20261121180517 extends Migration {

  override name = 'Migration20261121180517';

  override up(): void | Promise<void> {
    this.addSql(`alter table "model_call" add "price_source" text not null default 'list', add "input_price" numeric(18,6) null, add "cached_input_price" numeric(18,6) null, add "output_price" numeric(18,6) null;`);
    this.addSql(`alter table "model_call" add constraint "model_call_price_source_check" check ("price_source" in ('catalog', 'list'));`);

    this.addSql(`alter table "model" add "version" text null, add "specialties" text[] not null default '{}', add "is_present" boolean not null default true, add "is_edited" boolean not null default false;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "model" drop column "version", drop column "specialties", drop column "is_present", drop column "is_edited";`);

    this.addSql(`alter table "model_call" drop constraint "model_call_price_source_check";`);
    this.addSql(`alter table "model_call" drop column "price_source", drop column "input_price", drop column "cached_input_price", drop column "output_price";`);
  }

}
