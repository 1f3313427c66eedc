import { Migration } from '@mikro-orm/migrations';

export class Migration20261121183223 extends Migration {

  override name = 'Migration20261121183223';

  override up(): void | Promise<void> {
    this.addSql(`create index "model_call_model" on "model_call" ("provider", "model", "started_at");`);

    this.addSql(`alter table "task" add "fallback_is_ours" boolean not null default false;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "model_call_model";`);

    this.addSql(`alter table "task" drop column "fallback_is_ours";`);
  }

}
