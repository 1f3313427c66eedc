import { Migration } from '@mikro-orm/migrations';

export class Migration20261121205204 extends Migration {

  override name = 'Migration20261121205204';

  override up(): void | Promise<void> {
    this.addSql(`alter table "task" add "title" text null, add "description" text null, add "target" text null, add "context" jsonb null, add "task_parameters" jsonb null, add "prompt_is_ours" boolean not null default false;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "task" drop column "title", drop column "description", drop column "target", drop column "context", drop column "task_parameters", drop column "prompt_is_ours";`);
  }

}
