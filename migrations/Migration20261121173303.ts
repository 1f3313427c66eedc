import { Migration } from '@mikro-orm/migrations';

export class Migration20261121173303 extends Migration {

  override name = 'Migration20261121173303';

  override up(): void | Promise<void> {
    this.addSql(`create table "step" ("run_id" text not null, "key" text not null, "position" int not null, "status" text not null, "output" jsonb null, "started_at" timestamptz(6) not null default clock_timestamp(), "completed_at" timestamptz(6) null, primary key ("run_id", "key"));`);

    this.addSql(`alter table "step" add constraint "step_run_id_foreign" foreign key ("run_id") references "run" ("id") on delete cascade;`);
    this.addSql(`alter table "step" add constraint "step_status_check" check ("status" in ('started', 'completed'));`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "step" cascade;`);
  }

}
