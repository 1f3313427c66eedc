import { Migration } from '@mikro-orm/migrations';

export class Migration20261130114900 extends Migration {

  override name = 'Migration20261130114900';

  override up(): void | Promise<void> {
    this.addSql(`create table "bulk" ("id" text not null, "action" text not null, "settings" jsonb not null, "matched" int null, "done" int not null default 0, "skipped" int not null default 0, "failed" int not null default 0, "examples" jsonb not null default '[]', "progress" double precision not null default 0, "result" jsonb null, "error" jsonb null, "started_at" timestamptz(6) null, "completed_at" timestamptz(6) null, primary key ("id"));`);

    this.addSql(`create table "bulk_batch" ("bulk_id" text not null, "number" int not null, "run_ids" text[] not null, "kinds" text[] not null, primary key ("bulk_id", "number"));`);

    this.addSql(`alter table "budget" drop constraint "budget_kind_check";`);
    this.addSql(`alter table "budget" add constraint "budget_kind_check" check ("kind" in ('task', 'execution', 'orchestration', 'bulk', 'session', 'user'));`);

    this.addSql(`alter table "run" drop constraint "run_kind_check";`);
    this.addSql(`alter table "run" add constraint "run_kind_check" check ("kind" in ('task', 'execution', 'orchestration', 'bulk'));`);

    this.addSql(`alter table "bulk" add constraint "bulk_id_foreign" foreign key ("id") references "run" ("id") on update cascade on delete cascade;`);
    this.addSql(`alter table "bulk" add constraint "bulk_action_check" check ("action" in ('cancel', 'retry', 'delete'));`);

    this.addSql(`alter table "bulk_batch" add constraint "bulk_batch_bulk_id_foreign" foreign key ("bulk_id") references "bulk" ("id") on delete cascade;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "bulk_batch" drop constraint "bulk_batch_bulk_id_foreign";`);

    this.addSql(`drop table if exists "bulk" cascade;`);
    this.addSql(`drop table if exists "bulk_batch" cascade;`);

    this.addSql(`alter table "budget" drop constraint "budget_kind_check";`);
    this.addSql(`alter table "budget" add constraint "budget_kind_check" check ("kind" in ('task', 'execution', 'orchestration', 'session', 'user'));`);

    this.addSql(`alter table "run" drop constraint "run_kind_check";`);
    this.addSql(`alter table "run" add constraint "run_kind_check" check ("kind" in ('task', 'execution', 'orchestration'));`);
  }

}
