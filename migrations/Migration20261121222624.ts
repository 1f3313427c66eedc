import { Migration } from '@mikro-orm/migrations';

export class Migration20261121222624 extends Migration {

  override name = 'Migration20261121222624';

  override up(): void | Promise<void> {
    this.addSql(`create table "integration" ("id" text not null, "owner_id" text not null, "origin" text not null, "platform" text not null, "name" text not null, "url" text null, "sealed_credentials" text not null, "credentials_hint" text null, "notify_on" text[] not null default '{}', "is_active" boolean not null default true, "disabled_reason" text null, "last_test" jsonb null, "created_at" timestamptz(6) not null default now(), "updated_at" timestamptz(6) not null default now(), primary key ("id"));`);
    this.addSql(`create index "integration_owner_created" on "integration" ("owner_id", "created_at" desc, "id" desc);`);
    this.addSql(`create index "integration_told" on "integration" ("owner_id") where "is_active" and "notify_on" <> '{}';`);

    this.addSql(`create table "delivery" ("id" text not null, "integration_id" text not null, "run_id" text not null, "seq" int not null, "run_end" jsonb not null, "status" text not null default 'pending', "attempts" int not null default 0, "response_status" int null, "error" text null, "next_try_at" timestamptz(6) null, "last_tried_at" timestamptz(6) null, "delivered_at" timestamptz(6) null, "created_at" timestamptz(6) not null default now(), "updated_at" timestamptz(6) not null default now(), primary key ("id"));`);
    this.addSql(`create index "delivery_integration_created" on "delivery" ("integration_id", "created_at" desc, "id" desc);`);
    this.addSql(`create index "delivery_pending" on "delivery" ("integration_id", "next_try_at") where "status" = 'pending';`);
    this.addSql(`alter table "delivery" add constraint "delivery_once" unique ("integration_id", "run_id", "seq");`);

    this.addSql(`create index "app_user_name_index" on "app_user" ("name");`);

    this.addSql(`create index "session_owner_label" on "session" ("owner_id", "user_label") where "user_label" is not null;`);

    this.addSql(`create index "run_owner_ended" on "run" ("owner_id", "created_at" desc) where "kind" = 'task' and "status" in ('completed', 'failed');`);

    this.addSql(`alter table "task" add "title" text null, add "description" text null, add "target" text null, add "context" jsonb null, add "task_parameters" jsonb null, add "prompt_is_ours" boolean not null default false, add "succeeded" boolean generated always as ((error IS NULL) AND (COALESCE((result -> 'success'::text), result) <> 'false'::jsonb)) stored null, add "prediction" jsonb null;`);

    this.addSql(`alter table "integration" add constraint "integration_owner_id_foreign" foreign key ("owner_id") references "app_user" ("id") on delete cascade;`);
    this.addSql(`alter table "integration" add constraint "integration_platform_check" check ("platform" in ('github', 'gitlab', 'slack', 'webhook'));`);

    this.addSql(`alter table "delivery" add constraint "delivery_integration_id_foreign" foreign key ("integration_id") references "integration" ("id") on delete cascade;`);
    this.addSql(`alter table "delivery" add constraint "delivery_status_check" check ("status" in ('pending', 'delivered', 'failed'));`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "delivery" drop constraint "delivery_integration_id_foreign";`);

    this.addSql(`drop table if exists "integration" cascade;`);
    this.addSql(`drop table if exists "delivery" cascade;`);

    this.addSql(`drop index "app_user_name_index";`);

    this.addSql(`drop index "run_owner_ended";`);

    this.addSql(`drop index "session_owner_label";`);

    this.addSql(`alter table "task" drop column "title", drop column "description", drop column "target", drop column "context", drop column "task_parameters", drop column "prompt_is_ours", drop column "succeeded", drop column "prediction";`);
  }

}
