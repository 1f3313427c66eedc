import { Migration } from '@mikro-orm/migrations';

export class Migration20261121214222 extends Migration {

  override name = 'Migration20261121214222';

  override up(): void | Promise<void> {
    this.addSql(`create index "session_owner_label" on "session" ("owner_id", "user_label") where "user_label" is not null;`);

    this.addSql(`create index "run_owner_ended" on "run" ("owner_id", "created_at" desc) where "kind" = 'task' and "status" in ('completed', 'failed');`);

    this.addSql(`alter table "task" add "title" text null, add "description" text null, add "target" text null, add "context" jsonb null, add "task_parameters" jsonb null, add "prompt_is_ours" boolean not null default false, add "succeeded" boolean generated always as ((error IS NULL) AND (COALESCE((result -> 'success'::text), result) <> 'false'::jsonb)) stored null, add "prediction" jsonb null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "run_owner_ended";`);

    this.addSql(`drop index "session_owner_label";`);

    this.addSql(`alter table "task" drop column "title", drop column "description", drop column "target", drop column "context", drop column "task_parameters", drop column "prompt_is_ours", drop column "succeeded", drop column "prediction";`);
  }

}
