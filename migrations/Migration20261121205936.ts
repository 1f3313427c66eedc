import { Migration } from '@mikro-orm/migrations';

export class Migration20261121205936 extends Migration {

  override name = 'Migration20261121205936';

  override up(): void | Promise<void> {
    this.addSql(`create index "run_owner_ended" on "run" ("owner_id", "created_at" desc) where "kind" = 'task' and "status" in ('completed', 'failed');`);

    this.addSql(`alter table "task" add "succeeded" boolean generated always as (case when error is not null then false when result is not null then (result -> 'success') is distinct from 'false'::jsonb end) stored null, add "prediction" jsonb null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "run_owner_ended";`);

    this.addSql(`alter table "task" drop column "succeeded", drop column "prediction";`);
  }

}
