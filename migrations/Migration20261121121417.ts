import { Migration } from '@mikro-orm/migrations';

export class Migration20261121121417 extends Migration {

  override name = 'Migration20261121121417';

  override up(): void | Promise<void> {
    this.addSql(`create table "event" ("run_id" text not null, "seq" int not null, "attempt" int not null, "type" text not null, "data" jsonb not null, "at" timestamptz(6) not null default clock_timestamp(), primary key ("run_id", "seq"));`);

    this.addSql(`create table "model_call" ("id" text not null, "run_id" text not null, "attempt" int not null, "provider" text not null, "model" text not null, "status" text not null, "input_tokens" int null, "cached_input_tokens" int null, "output_tokens" int null, "reasoning_tokens" int null, "cost" numeric(24,12) null, "finish_reason" text null, "raw_finish_reason" text null, "error_code" text null, "started_at" timestamptz(6) not null default clock_timestamp(), "time_to_first_token_ms" double precision null, "latency_ms" double precision null, primary key ("id"));`);
    this.addSql(`create index "model_call_run" on "model_call" ("run_id", "started_at", "id");`);

    this.addSql(`create table "task" ("id" text not null, "kind" text not null, "prompt" text not null, "system" text null, "parameters" jsonb not null default '{}', "provider" text not null, "model" text not null, "progress" double precision not null default 0, "result" jsonb null, "error" jsonb null, "started_at" timestamptz(6) null, "completed_at" timestamptz(6) null, primary key ("id"));`);

    this.addSql(`create table "app_user" ("id" text not null, "email" text not null, "name" text not null, "password_hash" text null, "is_admin" boolean not null default false, "created_at" timestamptz(6) not null default now(), "updated_at" timestamptz(6) not null default now(), primary key ("id"));`);
    this.addSql(`alter table "app_user" add constraint "app_user_email_unique" unique ("email");`);

    this.addSql(`create table "run" ("id" text not null, "kind" text not null, "owner_id" text not null, "origin" text not null, "status" text not null, "priority" int not null default 5, "epoch" int not null default 0, "attempt" int not null default 0, "worker_id" text null, "last_seq" int not null default 0, "cancel_reason" text null, "created_at" timestamptz(6) not null default now(), "updated_at" timestamptz(6) not null default now(), primary key ("id")) with (fillfactor = 50);`);
    this.addSql(`create index "run_owner_created" on "run" ("owner_id", "kind", "created_at" desc, "id" desc);`);
    this.addSql(`create index "run_worker" on "run" ("worker_id") where "worker_id" is not null;`);

    this.addSql(`create table "model" ("id" text not null, "owner_id" text null, "provider" text not null, "model_id" text not null, "name" text not null, "rank" int not null default 1000, "aliases" text[] not null default '{}', "capabilities" text[] not null default '{}', "context_window" int null, "max_output" int null, "input_price" numeric(18,6) null, "cached_input_price" numeric(18,6) null, "output_price" numeric(18,6) null, "supports_vision" boolean not null default false, "supports_function_calling" boolean not null default false, "is_active" boolean not null default true, "created_at" timestamptz(6) not null default now(), "updated_at" timestamptz(6) not null default now(), primary key ("id"));`);
    this.addSql(`create unique index "model_key" on "model" ("owner_id", "provider", "model_id") nulls not distinct;`);

    this.addSql(`create table "api_key" ("id" text not null, "owner_id" text not null, "name" text not null, "prefix" text not null, "hash" text not null, "expires_at" timestamptz(6) null, "last_used_at" timestamptz(6) null, "created_at" timestamptz(6) not null default now(), "updated_at" timestamptz(6) not null default now(), primary key ("id"));`);
    this.addSql(`create index "api_key_owner_id_index" on "api_key" ("owner_id");`);
    this.addSql(`alter table "api_key" add constraint "api_key_hash_unique" unique ("hash");`);

    this.addSql(`create table "worker" ("id" text not null, "pool_id" text null, "started_at" timestamptz(6) not null default clock_timestamp(), "beat_at" timestamptz(6) not null default clock_timestamp(), primary key ("id"));`);

    this.addSql(`alter table "model_call" add constraint "model_call_status_check" check ("status" in ('started', 'completed', 'failed', 'cancelled'));`);

    this.addSql(`alter table "task" add constraint "task_kind_check" check ("kind" in ('prompt'));`);

    this.addSql(`alter table "run" add constraint "run_owner_id_foreign" foreign key ("owner_id") references "app_user" ("id");`);
    this.addSql(`alter table "run" add constraint "run_kind_check" check ("kind" in ('task'));`);
    this.addSql(`alter table "run" add constraint "run_status_check" check ("status" in ('pending', 'queued', 'running', 'waiting', 'completed', 'failed', 'cancelled'));`);

    this.addSql(`alter table "model" add constraint "model_owner_id_foreign" foreign key ("owner_id") references "app_user" ("id") on delete cascade;`);

    this.addSql(`alter table "api_key" add constraint "api_key_owner_id_foreign" foreign key ("owner_id") references "app_user" ("id") on delete cascade;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "run" drop constraint "run_owner_id_foreign";`);
    this.addSql(`alter table "model" drop constraint "model_owner_id_foreign";`);
    this.addSql(`alter table "api_key" drop constraint "api_key_owner_id_foreign";`);

    this.addSql(`drop table if exists "event" cascade;`);
    this.addSql(`drop table if exists "model_call" cascade;`);
    this.addSql(`drop table if exists "task" cascade;`);
    this.addSql(`drop table if exists "app_user" cascade;`);
    this.addSql(`drop table if exists "run" cascade;`);
    this.addSql(`drop table if exists "model" cascade;`);
    this.addSql(`drop table if exists "api_key" cascade;`);
    this.addSql(`drop table if exists "worker" cascade;`);
  }

}
