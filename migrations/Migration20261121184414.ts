import { Migration } from '@mikro-orm/migrations';

export class Migration20261121184414 extends Migration {

  override name = 'Migration20261121184414';

  override up(): void | Promise<void> {
    this.addSql(`alter table "task" drop constraint "task_kind_check";`);
    this.addSql(`alter table "task" add constraint "task_kind_check" check ("kind" in ('prompt', 'template', 'pull'));`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "task" drop constraint "task_kind_check";`);
    this.addSql(`alter table "task" add constraint "task_kind_check" check ("kind" in ('prompt', 'template'));`);
  }

}
