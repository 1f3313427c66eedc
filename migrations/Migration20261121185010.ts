import { Migration } from '@mikro-orm/migrations';

export class Migration20261121185010 extends Migration {

  override name = 'Migration20261121185010';

  override up(): void | Promise<void> {
    this.addSql(`create table "session" ("id" text not null, "owner_id" text not null, "origin" text not null, "name" text null, "description" text null, "status" text not null default 'active', "settings" jsonb not null default '{}', "working_directory" text null, "user_label" text null, "ended_at" timestamptz(6) null, "created_at" timestamptz(6) not null default now(), "updated_at" timestamptz(6) not null default now(), primary key ("id"));`);
    this.addSql(`create index "session_owner_created" on "session" ("owner_id", "created_at" desc, "id" desc);`);

    this.addSql(`create table "orchestration" ("id" text not null, "prompt" text not null, "domain" text null, "thread_id" text null, "preferred_models" text[] not null default '{}', "candidates" jsonb not null, "reasoning" text not null, "evaluation_threshold" double precision not null, "max_iterations" int not null, "progress" double precision not null default 0, "result" jsonb null, "error" jsonb null, "started_at" timestamptz(6) null, "completed_at" timestamptz(6) null, primary key ("id"));`);
    this.addSql(`create index "orchestration_thread_id_index" on "orchestration" ("thread_id");`);

    this.addSql(`create table "orchestration_round" ("orchestration_id" text not null, "iteration" int not null, "selected" jsonb not null, "reason" text not null, "improves" int null, "provider" text null, "model" text null, "call_id" text null, "response" text null, "finish_reason" text null, "error" jsonb null, "evaluator_provider" text null, "evaluator_model" text null, "score" double precision null, "feedback" text null, "is_self_evaluated" boolean null, "evaluation_error" jsonb null, "started_at" timestamptz(6) not null default clock_timestamp(), "completed_at" timestamptz(6) null, primary key ("orchestration_id", "iteration"));`);

    this.addSql(`alter table "budget" drop constraint "budget_kind_check";`);
    this.addSql(`alter table "budget" add constraint "budget_kind_check" check ("kind" in ('task', 'orchestration', 'session', 'user'));`);

    this.addSql(`alter table "event" add "owner_id" text null, add "session_id" text null, add "place" xid8 null, add "xid" xid8 null;`);
    this.addSql(`create index "event_owner_place" on "event" ("owner_id", "place") where "owner_id" is not null;`);
    this.addSql(`create index "event_session_place" on "event" ("session_id", "place") where "session_id" is not null;`);

    this.addSql(`alter table "thread" add "session_id" text null;`);
    this.addSql(`alter table "thread" add constraint "thread_session_id_foreign" foreign key ("session_id") references "session" ("id") on delete no action;`);
    this.addSql(`create index "thread_session_created" on "thread" ("session_id", "created_at" desc, "id" desc) where "session_id" is not null;`);

    this.addSql(`alter table "run" drop constraint "run_kind_check";`);
    this.addSql(`alter table "run" add "session_id" text null, add "place" xid8 not null default pg_current_xact_id();`);
    this.addSql(`alter table "run" add constraint "run_session_id_foreign" foreign key ("session_id") references "session" ("id") on delete no action;`);
    this.addSql(`create index "run_session_created" on "run" ("session_id", "created_at" desc, "id" desc) where "session_id" is not null;`);
    this.addSql(`create index "run_unfinished_orchestration" on "run" ("owner_id") where "kind" = 'orchestration' and "status" in ('pending', 'queued', 'running', 'waiting');`);
    this.addSql(`alter table "run" add constraint "run_kind_check" check ("kind" in ('task', 'orchestration'));`);

    this.addSql(`alter table "session" add constraint "session_owner_id_foreign" foreign key ("owner_id") references "app_user" ("id");`);
    this.addSql(`alter table "session" add constraint "session_status_check" check ("status" in ('active', 'paused', 'completed'));`);

    this.addSql(`alter table "orchestration" add constraint "orchestration_id_foreign" foreign key ("id") references "run" ("id") on update cascade on delete cascade;`);
    this.addSql(`alter table "orchestration" add constraint "orchestration_thread_id_foreign" foreign key ("thread_id") references "thread" ("id") on delete set null;`);

    this.addSql(`alter table "orchestration_round" add constraint "orchestration_round_orchestration_id_foreign" foreign key ("orchestration_id") references "orchestration" ("id") on delete cascade;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "thread" drop constraint "thread_session_id_foreign";`);
    this.addSql(`alter table "run" drop constraint "run_session_id_foreign";`);
    this.addSql(`alter table "orchestration_round" drop constraint "orchestration_round_orchestration_id_foreign";`);

    this.addSql(`drop table if exists "session" cascade;`);
    this.addSql(`drop table if exists "orchestration" cascade;`);
    this.addSql(`drop table if exists "orchestration_round" cascade;`);

    this.addSql(`alter table "budget" drop constraint "budget_kind_check";`);
    this.addSql(`alter table "budget" add constraint "budget_kind_check" check ("kind" in ('task', 'user'));`);

    this.addSql(`drop index "event_owner_place";`);
    this.addSql(`drop index "event_session_place";`);
    this.addSql(`alter table "event" drop column "owner_id", drop column "session_id", drop column "place", drop column "xid";`);

    this.addSql(`drop index "run_session_created";`);
    this.addSql(`drop index "run_unfinished_orchestration";`);
    this.addSql(`alter table "run" drop constraint "run_kind_check";`);
    this.addSql(`alter table "run" drop column "session_id", drop column "place";`);
    this.addSql(`alter table "run" add constraint "run_kind_check" check ("kind" in ('task'));`);

    this.addSql(`drop index "thread_session_created";`);
    this.addSql(`alter table "thread" drop column "session_id";`);
  }

}
