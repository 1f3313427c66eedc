import { Migration } from '@mikro-orm/migrations';

export class Migration20261122040428 extends Migration {

  override name = 'Migration20261122040428';

  override up(): void | Promise<void> {
    this.addSql(`drop index "orchestration_thread_id_index";`);
    this.addSql(`create index "orchestration_thread" on "orchestration" ("thread_id") where "thread_id" is not null;`);

    this.addSql(`drop index "task_thread_id_index";`);
    this.addSql(`create index "task_thread" on "task" ("thread_id") where "thread_id" is not null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "orchestration_thread";`);
    this.addSql(`create index "orchestration_thread_id_index" on "orchestration" ("thread_id");`);

    this.addSql(`drop index "task_thread";`);
    this.addSql(`create index "task_thread_id_index" on "task" ("thread_id");`);
  }

}
