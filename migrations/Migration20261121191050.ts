import { Migration } from '@mikro-orm/migrations';

export class Migration20261121191050 extends Migration {

  override name = 'Migration20261121191050';

  override up(): void | Promise<void> {
    this.addSql(`create table "orchestration" ("id" text not null, "prompt" text not null, "domain" text null, "thread_id" text null, "preferred_models" text[] not null default '{}', "candidates" jsonb not null, "reasoning" text not null, "evaluation_threshold" double precision not null, "max_iterations" int not null, "progress" double precision not null default 0, "result" jsonb null, "error" jsonb null, "started_at" timestamptz(6) null, "completed_at" timestamptz(6) null, primary key ("id"));`);
    this.addSql(`create index "orchestration_thread_id_index" on "orchestration" ("thread_id");`);

    this.addSql(`create table "orchestration_round" ("orchestration_id" text not null, "iteration" int not null, "selected" jsonb not null, "reason" text not null, "improves" int null, "provider" text null, "model" text null, "call_id" text null, "response" text null, "finish_reason" text null, "error" jsonb null, "evaluator_provider" text null, "evaluator_model" text null, "score" double precision null, "feedback" text null, "is_self_evaluated" boolean null, "evaluation_error" jsonb null, "started_at" timestamptz(6) not null default clock_timestamp(), "completed_at" timestamptz(6) null, primary key ("orchestration_id", "iteration"));`);

    this.addSql(`alter table "budget" drop constraint "budget_kind_check";`);
    this.addSql(`alter table "budget" add constraint "budget_kind_check" check ("kind" in ('task', 'orchestration', 'session', 'user'));`);

    this.addSql(`alter table "thread" add "original_prompt" text null, add "domain" text null, add "context" text null;`);

    this.addSql(`alter table "run" drop constraint "run_kind_check";`);
    this.addSql(`create index "run_unfinished_orchestration" on "run" ("owner_id") where "kind" = 'orchestration' and "status" in ('pending', 'queued', 'running', 'waiting');`);
    this.addSql(`alter table "run" add constraint "run_kind_check" check ("kind" in ('task', 'orchestration'));`);

    this.addSql(`alter table "orchestration" add constraint "orchestration_id_foreign" foreign key ("id") references "run" ("id") on update cascade on delete cascade;`);
    this.addSql(`alter table "orchestration" add constraint "orchestration_thread_id_foreign" foreign key ("thread_id") references "thread" ("id") on delete set null;`);

    this.addSql(`alter table "orchestration_round" add constraint "orchestration_round_orchestration_id_foreign" foreign key ("orchestration_id") references "orchestration" ("id") on delete cascade;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "orchestration_round" drop constraint "orchestration_round_orchestration_id_foreign";`);

    this.addSql(`drop table if exists "orchestration" cascade;`);
    this.addSql(`drop table if exists "orchestration_round" cascade;`);

    this.addSql(`alter table "budget" drop constraint "budget_kind_check";`);
    this.addSql(`alter table "budget" add constraint "budget_kind_check" check ("kind" in ('task', 'session', 'user'));`);

    this.addSql(`drop index "run_unfinished_orchestration";`);
    this.addSql(`alter table "run" drop constraint "run_kind_check";`);
    this.addSql(`alter table "run" add constraint "run_kind_check" check ("kind" in ('task'));`);

    this.addSql(`alter table "thread" drop column "original_prompt", drop column "domain", drop column "context";`);
  }

}
