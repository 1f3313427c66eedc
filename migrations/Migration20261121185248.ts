import { Migration } from '@mikro-orm/migrations';

export class Migration20261121185248 extends Migration {

  override name = 'Migration20261121185248';

  override up(): void | Promise<void> {
    this.addSql(`alter table "model_call" add "price_source" text not null default 'list', add "input_price" numeric(18,6) null, add "cached_input_price" numeric(18,6) null, add "output_price" numeric(18,6) null;`);
    this.addSql(`create index "model_call_model" on "model_call" ("provider", "model", "started_at");`);
    this.addSql(`alter table "model_call" add constraint "model_call_price_source_check" check ("price_source" in ('catalog', 'list'));`);

    this.addSql(`alter table "model" add "version" text null, add "specialties" text[] not null default '{}', add "base_url" text null, add "sealed_api_key" text null, add "is_present" boolean not null default true, add "is_edited" boolean not null default false;`);

    this.addSql(`alter table "task" drop constraint "task_kind_check";`);
    this.addSql(`alter table "task" add "fallback_is_ours" boolean not null default false;`);
    this.addSql(`alter table "task" add constraint "task_kind_check" check ("kind" in ('prompt', 'agent', 'template', 'pull'));`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "model" drop column "version", drop column "specialties", drop column "base_url", drop column "sealed_api_key", drop column "is_present", drop column "is_edited";`);

    this.addSql(`drop index "model_call_model";`);
    this.addSql(`alter table "model_call" drop constraint "model_call_price_source_check";`);
    this.addSql(`alter table "model_call" drop column "price_source", drop column "input_price", drop column "cached_input_price", drop column "output_price";`);

    this.addSql(`alter table "task" drop constraint "task_kind_check";`);
    this.addSql(`alter table "task" drop column "fallback_is_ours";`);
    this.addSql(`alter table "task" add constraint "task_kind_check" check ("kind" in ('prompt', 'agent', 'template'));`);
  }

}
