import { Migration } from '@mikro-orm/migrations';

export class Migration20261121192609 extends Migration {

  override name = 'Migration20261121192609';

  override up(): void | Promise<void> {
    this.addSql(`create table "execution" ("id" text not null, "workflow_id" text not null, "workflow_name" text not null, "workflow_version" int not null, "definition" jsonb not null, "input" jsonb not null, "parameters" jsonb not null, "trigger" text not null, "scheduled_for" timestamptz(6) null, "workers" jsonb null, "progress" double precision not null default 0, "result" jsonb null, "error" jsonb null, "wake_at" timestamptz(6) null, "deadline_at" timestamptz(6) null, "started_at" timestamptz(6) null, "completed_at" timestamptz(6) null, primary key ("id"));`);
    this.addSql(`create index "execution_workflow" on "execution" ("workflow_id");`);
    this.addSql(`create index "execution_wake" on "execution" ("wake_at") where "wake_at" is not null;`);

    this.addSql(`create table "execution_step" ("execution_id" text not null, "key" text not null, "position" int not null, "name" text not null, "status" text not null default 'pending', "items" jsonb null, "size" int null, "forgiven" int not null default 0, "result" jsonb null, "error" jsonb null, "started_at" timestamptz(6) null, "completed_at" timestamptz(6) null, primary key ("execution_id", "key"));`);

    this.addSql(`create table "workflow" ("id" text not null, "owner_id" text not null, "origin" text not null, "name" text not null, "description" text null, "steps" jsonb not null, "timeout_seconds" int null, "version" int not null default 1, "is_active" boolean not null default true, "schedule" jsonb null, "next_run_at" timestamptz(6) null, "created_at" timestamptz(6) not null default now(), "updated_at" timestamptz(6) not null default now(), primary key ("id"));`);
    this.addSql(`create index "workflow_owner_created" on "workflow" ("owner_id", "created_at" desc, "id" desc);`);

    this.addSql(`alter table "budget" drop constraint "budget_kind_check";`);
    this.addSql(`alter table "budget" add constraint "budget_kind_check" check ("kind" in ('task', 'execution', 'orchestration', 'session', 'user'));`);

    this.addSql(`drop index "run_owner_created";`);
    this.addSql(`alter table "run" drop constraint "run_kind_check";`);
    this.addSql(`alter table "run" add "parent_id" text null;`);
    this.addSql(`create index "run_owner_whole" on "run" ("owner_id", "kind", "created_at" desc, "id" desc) where "parent_id" is null;`);
    this.addSql(`create index "run_parent" on "run" ("parent_id") where "parent_id" is not null;`);
    this.addSql(`alter table "run" add constraint "run_kind_check" check ("kind" in ('task', 'execution', 'orchestration'));`);

    this.addSql(`alter table "task" add "step_key" text null, add "step_item" int null, add "step_attempt" int null;`);

    this.addSql(`alter table "execution" add constraint "execution_trigger_check" check ("trigger" in ('request', 'schedule'));`);

    this.addSql(`alter table "execution_step" add constraint "execution_step_execution_id_foreign" foreign key ("execution_id") references "execution" ("id") on delete cascade;`);
    this.addSql(`alter table "execution_step" add constraint "execution_step_status_check" check ("status" in ('pending', 'running', 'completed', 'failed', 'skipped', 'cancelled'));`);

    this.addSql(`alter table "workflow" add constraint "workflow_owner_id_foreign" foreign key ("owner_id") references "app_user" ("id");`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "execution_step" drop constraint "execution_step_execution_id_foreign";`);

    this.addSql(`drop table if exists "execution" cascade;`);
    this.addSql(`drop table if exists "execution_step" cascade;`);
    this.addSql(`drop table if exists "workflow" cascade;`);

    this.addSql(`alter table "budget" drop constraint "budget_kind_check";`);
    this.addSql(`alter table "budget" add constraint "budget_kind_check" check ("kind" in ('task', 'orchestration', 'session', 'user'));`);

    this.addSql(`drop index "run_owner_whole";`);
    this.addSql(`drop index "run_parent";`);
    this.addSql(`alter table "run" drop constraint "run_kind_check";`);
    this.addSql(`alter table "run" drop column "parent_id";`);
    this.addSql(`create index "run_owner_created" on "run" ("owner_id", "kind", "created_at" desc, "id" desc);`);
    this.addSql(`alter table "run" add constraint "run_kind_check" check ("kind" in ('task', 'orchestration'));`);

    this.addSql(`alter table "task" drop column "step_key", drop column "step_item", drop column "step_attempt";`);
  }

}
