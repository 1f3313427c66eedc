import { Migration } from '@mikro-orm/migrations';

export class Migration20261121193214 extends Migration {

  override name = 'Migration20261121193214';

  override up(): void | Promise<void> {
    this.addSql(`create table "execution" ("id" text not null, "workflow_id" text not null, "workflow_name" text not null, "workflow_version" int not null, "definition" jsonb not null, "input" jsonb not null, "parameters" jsonb not null, "trigger" text not null, "scheduled_for" timestamptz(6) null, "workers" jsonb null, "progress" double precision not null default 0, "result" jsonb null, "error" jsonb null, "wake_at" timestamptz(6) null, "deadline_at" timestamptz(6) null, "started_at" timestamptz(6) null, "completed_at" timestamptz(6) null, primary key ("id"));`);
    this.addSql(`create index "execution_workflow" on "execution" ("workflow_id");`);
    this.addSql(`create index "execution_wake" on "execution" ("wake_at") where "wake_at" is not null;`);

    this.addSql(`create table "execution_step" ("execution_id" text not null, "key" text not null, "position" int not null, "name" text not null, "status" text not null default 'pending', "items" jsonb null, "size" int null, "forgiven" int not null default 0, "result" jsonb null, "error" jsonb null, "started_at" timestamptz(6) null, "completed_at" timestamptz(6) null, primary key ("execution_id", "key"));`);

    this.addSql(`create table "template" ("id" text not null, "owner_id" text null, "name" text not null, "description" text null, "parameters" jsonb not null, "steps" jsonb not null, "version" int not null default 1, "is_active" boolean not null default true, "created_at" timestamptz(6) not null default now(), "updated_at" timestamptz(6) not null default now(), primary key ("id"));`);
    this.addSql(`create unique index "template_key" on "template" ("owner_id", "name") nulls not distinct;`);

    this.addSql(`create table "session" ("id" text not null, "owner_id" text not null, "origin" text not null, "name" text null, "description" text null, "status" text not null default 'active', "settings" jsonb not null default '{}', "working_directory" text null, "user_label" text null, "ended_at" timestamptz(6) null, "created_at" timestamptz(6) not null default now(), "updated_at" timestamptz(6) not null default now(), primary key ("id"));`);
    this.addSql(`create index "session_owner_created" on "session" ("owner_id", "created_at" desc, "id" desc);`);

    this.addSql(`create table "step" ("run_id" text not null, "key" text not null, "position" int not null, "status" text not null, "output" jsonb null, "started_at" timestamptz(6) not null default clock_timestamp(), "completed_at" timestamptz(6) null, primary key ("run_id", "key"));`);

    this.addSql(`create table "orchestration" ("id" text not null, "prompt" text not null, "domain" text null, "thread_id" text null, "preferred_models" text[] not null default '{}', "candidates" jsonb not null, "reasoning" text not null, "evaluation_threshold" double precision not null, "max_iterations" int not null, "progress" double precision not null default 0, "result" jsonb null, "error" jsonb null, "started_at" timestamptz(6) null, "completed_at" timestamptz(6) null, primary key ("id"));`);
    this.addSql(`create index "orchestration_thread_id_index" on "orchestration" ("thread_id");`);

    this.addSql(`create table "orchestration_round" ("orchestration_id" text not null, "iteration" int not null, "selected" jsonb not null, "reason" text not null, "improves" int null, "provider" text null, "model" text null, "call_id" text null, "response" text null, "finish_reason" text null, "error" jsonb null, "evaluator_provider" text null, "evaluator_model" text null, "score" double precision null, "feedback" text null, "is_self_evaluated" boolean null, "evaluation_error" jsonb null, "started_at" timestamptz(6) not null default clock_timestamp(), "completed_at" timestamptz(6) null, primary key ("orchestration_id", "iteration"));`);

    this.addSql(`create table "input" ("run_id" text not null, "position" int not null, "text" text not null, primary key ("run_id", "position"));`);

    this.addSql(`create table "artifact" ("id" text not null, "run_id" text not null, "name" text not null, "type" text not null, "media_type" text not null, "size" int not null, "sha256" text not null, "content" bytea not null, "is_truncated" boolean not null, "created_at" timestamptz(6) not null default clock_timestamp(), primary key ("id"));`);
    this.addSql(`alter table "artifact" add constraint "artifact_run_name" unique ("run_id", "name");`);

    this.addSql(`create table "agent" ("id" text not null, "owner_id" text null, "origin" text not null, "name" text not null, "type" text not null, "description" text not null, "capabilities" text[] not null default '{}', "provider" text null, "model" text null, "system_prompt" text null, "tools" text[] not null default '{}', "parameters" jsonb not null default '{}', "limits" jsonb not null default '{}', "is_active" boolean not null default true, "created_at" timestamptz(6) not null default now(), "updated_at" timestamptz(6) not null default now(), primary key ("id"));`);
    this.addSql(`create index "agent_owner_created" on "agent" ("owner_id", "created_at" desc, "id" desc);`);

    this.addSql(`create table "workflow" ("id" text not null, "owner_id" text not null, "origin" text not null, "name" text not null, "description" text null, "steps" jsonb not null, "timeout_seconds" int null, "version" int not null default 1, "is_active" boolean not null default true, "schedule" jsonb null, "next_run_at" timestamptz(6) null, "created_at" timestamptz(6) not null default now(), "updated_at" timestamptz(6) not null default now(), primary key ("id"));`);
    this.addSql(`create index "workflow_owner_created" on "workflow" ("owner_id", "created_at" desc, "id" desc);`);

    this.addSql(`alter table "budget" drop constraint "budget_kind_check";`);
    this.addSql(`alter table "budget" add constraint "budget_kind_check" check ("kind" in ('task', 'execution', 'orchestration', 'session', 'user'));`);

    this.addSql(`alter table "event" add "owner_id" text null, add "session_id" text null, add "place" xid8 null, add "xid" xid8 null;`);
    this.addSql(`create index "event_owner_place" on "event" ("owner_id", "place") where "owner_id" is not null;`);
    this.addSql(`create index "event_session_place" on "event" ("session_id", "place") where "session_id" is not null;`);

    this.addSql(`alter table "model_call" add "price_source" text not null default 'list', add "input_price" numeric(18,6) null, add "cached_input_price" numeric(18,6) null, add "output_price" numeric(18,6) null;`);
    this.addSql(`create index "model_call_model" on "model_call" ("provider", "model", "started_at");`);
    this.addSql(`alter table "model_call" add constraint "model_call_price_source_check" check ("price_source" in ('catalog', 'list'));`);

    this.addSql(`alter table "thread" add "session_id" text null, add "original_prompt" text null, add "domain" text null, add "context" text null;`);
    this.addSql(`alter table "thread" add constraint "thread_session_id_foreign" foreign key ("session_id") references "session" ("id") on delete no action;`);
    this.addSql(`create index "thread_session_created" on "thread" ("session_id", "created_at" desc, "id" desc) where "session_id" is not null;`);

    this.addSql(`drop index "run_owner_created";`);
    this.addSql(`alter table "run" drop constraint "run_kind_check";`);
    this.addSql(`alter table "run" add "session_id" text null, add "losses" int not null default 0, add "place" xid8 not null default pg_current_xact_id(), add "parent_id" text null, add "inputs" int not null default 0;`);
    this.addSql(`alter table "run" add constraint "run_session_id_foreign" foreign key ("session_id") references "session" ("id") on delete no action;`);
    this.addSql(`create index "run_owner_whole" on "run" ("owner_id", "kind", "created_at" desc, "id" desc) where "parent_id" is null;`);
    this.addSql(`create index "run_session_created" on "run" ("session_id", "created_at" desc, "id" desc) where "session_id" is not null;`);
    this.addSql(`create index "run_unfinished_orchestration" on "run" ("owner_id") where "kind" = 'orchestration' and "status" in ('pending', 'queued', 'running', 'waiting');`);
    this.addSql(`create index "run_parent" on "run" ("parent_id") where "parent_id" is not null;`);
    this.addSql(`alter table "run" add constraint "run_kind_check" check ("kind" in ('task', 'execution', 'orchestration'));`);

    this.addSql(`alter table "model" add "version" text null, add "specialties" text[] not null default '{}', add "base_url" text null, add "sealed_api_key" text null, add "is_present" boolean not null default true, add "is_edited" boolean not null default false;`);

    this.addSql(`alter table "task" drop constraint "task_kind_check";`);
    this.addSql(`alter table "task" add "type" text null, add "fallback_is_ours" boolean not null default false, add "template_name" text null, add "template_version" int null, add "template_plan" jsonb null, add "template_parameters" jsonb null, add "secrets" text null, add "step_key" text null, add "step_item" int null, add "step_attempt" int null, add "agent_id" text null, add "tools" text[] not null default '{}', add "limits" jsonb null, add "plan" jsonb not null default '{"steps": []}', add "working_directory" text null, add "iterations" int not null default 0, add "iterations_before" int not null default 0, add "deadline_at" timestamptz(6) null;`);
    this.addSql(`alter table "task" add constraint "task_agent_id_foreign" foreign key ("agent_id") references "agent" ("id") on delete set null;`);
    this.addSql(`alter table "task" alter column "model" drop not null;`);
    this.addSql(`alter table "task" alter column "provider" drop not null;`);
    this.addSql(`create index "task_agent_completed" on "task" ("agent_id", "completed_at" desc nulls first) where "agent_id" is not null;`);
    this.addSql(`alter table "task" add constraint "task_kind_check" check ("kind" in ('prompt', 'agent', 'template', 'pull'));`);

    this.addSql(`alter table "execution" add constraint "execution_trigger_check" check ("trigger" in ('request', 'schedule'));`);

    this.addSql(`alter table "execution_step" add constraint "execution_step_execution_id_foreign" foreign key ("execution_id") references "execution" ("id") on delete cascade;`);
    this.addSql(`alter table "execution_step" add constraint "execution_step_status_check" check ("status" in ('pending', 'running', 'completed', 'failed', 'skipped', 'cancelled'));`);

    this.addSql(`alter table "template" add constraint "template_owner_id_foreign" foreign key ("owner_id") references "app_user" ("id") on delete cascade;`);

    this.addSql(`alter table "session" add constraint "session_owner_id_foreign" foreign key ("owner_id") references "app_user" ("id");`);
    this.addSql(`alter table "session" add constraint "session_status_check" check ("status" in ('active', 'paused', 'completed'));`);

    this.addSql(`alter table "step" add constraint "step_run_id_foreign" foreign key ("run_id") references "run" ("id") on delete cascade;`);
    this.addSql(`alter table "step" add constraint "step_status_check" check ("status" in ('started', 'completed'));`);

    this.addSql(`alter table "orchestration" add constraint "orchestration_id_foreign" foreign key ("id") references "run" ("id") on update cascade on delete cascade;`);
    this.addSql(`alter table "orchestration" add constraint "orchestration_thread_id_foreign" foreign key ("thread_id") references "thread" ("id") on delete set null;`);

    this.addSql(`alter table "orchestration_round" add constraint "orchestration_round_orchestration_id_foreign" foreign key ("orchestration_id") references "orchestration" ("id") on delete cascade;`);

    this.addSql(`alter table "input" add constraint "input_run_id_foreign" foreign key ("run_id") references "run" ("id") on delete cascade;`);

    this.addSql(`alter table "artifact" add constraint "artifact_run_id_foreign" foreign key ("run_id") references "run" ("id") on delete cascade;`);
    this.addSql(`alter table "artifact" add constraint "artifact_type_check" check ("type" in ('plan', 'diff', 'log', 'output', 'file'));`);

    this.addSql(`alter table "agent" add constraint "agent_owner_id_foreign" foreign key ("owner_id") references "app_user" ("id") on delete cascade;`);

    this.addSql(`alter table "workflow" add constraint "workflow_owner_id_foreign" foreign key ("owner_id") references "app_user" ("id");`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "execution_step" drop constraint "execution_step_execution_id_foreign";`);
    this.addSql(`alter table "thread" drop constraint "thread_session_id_foreign";`);
    this.addSql(`alter table "run" drop constraint "run_session_id_foreign";`);
    this.addSql(`alter table "orchestration_round" drop constraint "orchestration_round_orchestration_id_foreign";`);
    this.addSql(`alter table "task" drop constraint "task_agent_id_foreign";`);

    this.addSql(`drop table if exists "execution" cascade;`);
    this.addSql(`drop table if exists "execution_step" cascade;`);
    this.addSql(`drop table if exists "template" cascade;`);
    this.addSql(`drop table if exists "session" cascade;`);
    this.addSql(`drop table if exists "step" cascade;`);
    this.addSql(`drop table if exists "orchestration" cascade;`);
    this.addSql(`drop table if exists "orchestration_round" cascade;`);
    this.addSql(`drop table if exists "input" cascade;`);
    this.addSql(`drop table if exists "artifact" cascade;`);
    this.addSql(`drop table if exists "agent" cascade;`);
    this.addSql(`drop table if exists "workflow" cascade;`);

    this.addSql(`alter table "budget" drop constraint "budget_kind_check";`);
    this.addSql(`alter table "budget" add constraint "budget_kind_check" check ("kind" in ('task', 'user'));`);

    this.addSql(`drop index "event_owner_place";`);
    this.addSql(`drop index "event_session_place";`);
    this.addSql(`alter table "event" drop column "owner_id", drop column "session_id", drop column "place", drop column "xid";`);

    this.addSql(`alter table "model" drop column "version", drop column "specialties", drop column "base_url", drop column "sealed_api_key", drop column "is_present", drop column "is_edited";`);

    this.addSql(`drop index "model_call_model";`);
    this.addSql(`alter table "model_call" drop constraint "model_call_price_source_check";`);
    this.addSql(`alter table "model_call" drop column "price_source", drop column "input_price", drop column "cached_input_price", drop column "output_price";`);

    this.addSql(`drop index "run_owner_whole";`);
    this.addSql(`drop index "run_session_created";`);
    this.addSql(`drop index "run_unfinished_orchestration";`);
    this.addSql(`drop index "run_parent";`);
    this.addSql(`alter table "run" drop constraint "run_kind_check";`);
    this.addSql(`alter table "run" drop column "session_id", drop column "losses", drop column "place", drop column "parent_id", drop column "inputs";`);
    this.addSql(`create index "run_owner_created" on "run" ("owner_id", "kind", "created_at" desc, "id" desc);`);
    this.addSql(`alter table "run" add constraint "run_kind_check" check ("kind" in ('task'));`);

    this.addSql(`drop index "task_agent_completed";`);
    this.addSql(`alter table "task" drop constraint "task_kind_check";`);
    this.addSql(`alter table "task" drop column "type", drop column "fallback_is_ours", drop column "template_name", drop column "template_version", drop column "template_plan", drop column "template_parameters", drop column "secrets", drop column "step_key", drop column "step_item", drop column "step_attempt", drop column "agent_id", drop column "tools", drop column "limits", drop column "plan", drop column "working_directory", drop column "iterations", drop column "iterations_before", drop column "deadline_at";`);
    this.addSql(`alter table "task" alter column "provider" set not null;`);
    this.addSql(`alter table "task" alter column "model" set not null;`);
    this.addSql(`alter table "task" add constraint "task_kind_check" check ("kind" in ('prompt'));`);

    this.addSql(`drop index "thread_session_created";`);
    this.addSql(`alter table "thread" drop column "session_id", drop column "original_prompt", drop column "domain", drop column "context";`);
  }

}
