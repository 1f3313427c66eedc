import { Migration } from '@mikro-orm/migrations';

export class Migration20261121154258 extends Migration {

  override name = 'Migration20261121154258';

  override up(): void | Promise<void> {
    this.addSql(`create table "thread" ("id" text not null, "owner_id" text not null, "title" text null, "created_at" timestamptz(6) not null default now(), "updated_at" timestamptz(6) not null default now(), primary key ("id"));`);
    this.addSql(`create index "thread_owner_created" on "thread" ("owner_id", "created_at" desc, "id" desc);`);

    this.addSql(`create table "idempotency_key" ("owner_id" text not null, "key" text not null, "body_hash" text not null, "run_id" text not null, "created_at" timestamptz(6) not null default now(), primary key ("owner_id", "key"));`);
    this.addSql(`create index "idempotency_key_run_id_index" on "idempotency_key" ("run_id");`);

    this.addSql(`create table "dependency" ("run_id" text not null, "on_run_id" text not null, primary key ("run_id", "on_run_id"));`);
    this.addSql(`create index "dependency_on" on "dependency" ("on_run_id");`);

    this.addSql(`alter table "task" add "fallback_models" jsonb not null default '[]', add "response_schema" jsonb null, add "thread_id" text null;`);
    this.addSql(`alter table "task" add constraint "task_thread_id_foreign" foreign key ("thread_id") references "thread" ("id") on delete set null;`);
    this.addSql(`create index "task_thread_id_index" on "task" ("thread_id");`);

    this.addSql(`alter table "run" add "blockers" int not null default 0, add "has_dependents" boolean not null default false;`);

    this.addSql(`alter table "thread" add constraint "thread_owner_id_foreign" foreign key ("owner_id") references "app_user" ("id");`);

    this.addSql(`alter table "idempotency_key" add constraint "idempotency_key_run_id_foreign" foreign key ("run_id") references "run" ("id") on delete cascade;`);

    this.addSql(`alter table "dependency" add constraint "dependency_run_id_foreign" foreign key ("run_id") references "run" ("id") on update cascade on delete cascade;`);
    this.addSql(`alter table "dependency" add constraint "dependency_on_run_id_foreign" foreign key ("on_run_id") references "run" ("id") on update cascade on delete cascade;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "task" drop constraint "task_thread_id_foreign";`);

    this.addSql(`drop table if exists "thread" cascade;`);
    this.addSql(`drop table if exists "idempotency_key" cascade;`);
    this.addSql(`drop table if exists "dependency" cascade;`);

    this.addSql(`alter table "run" drop column "blockers", drop column "has_dependents";`);

    this.addSql(`drop index "task_thread_id_index";`);
    this.addSql(`alter table "task" drop column "fallback_models", drop column "response_schema", drop column "thread_id";`);
  }

}
