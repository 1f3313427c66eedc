import { Migration } from '@mikro-orm/migrations';

export class Migration20261121174936 extends Migration {

  override name = 'Migration20261121174936';

  override up(): void | Promise<void> {
    this.addSql(`create table "template" ("id" text not null, "owner_id" text null, "name" text not null, "description" text null, "parameters" jsonb not null, "steps" jsonb not null, "version" int not null default 1, "is_active" boolean not null default true, "created_at" timestamptz(6) not null default now(), "updated_at" timestamptz(6) not null default now(), primary key ("id"));`);
    this.addSql(`create unique index "template_key" on "template" ("owner_id", "name") nulls not distinct;`);

    this.addSql(`alter table "task" drop constraint "task_kind_check";`);
    this.addSql(`alter table "task" add "template_name" text null, add "template_version" int null, add "template_plan" jsonb null, add "template_parameters" jsonb null, add "secrets" text null;`);
    this.addSql(`alter table "task" alter column "model" drop not null;`);
    this.addSql(`alter table "task" alter column "provider" drop not null;`);
    this.addSql(`alter table "task" add constraint "task_kind_check" check ("kind" in ('prompt', 'template'));`);

    this.addSql(`alter table "template" add constraint "template_owner_id_foreign" foreign key ("owner_id") references "app_user" ("id") on delete cascade;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "template" cascade;`);

    this.addSql(`alter table "task" drop constraint "task_kind_check";`);
    this.addSql(`alter table "task" drop column "template_name", drop column "template_version", drop column "template_plan", drop column "template_parameters", drop column "secrets";`);
    this.addSql(`alter table "task" alter column "provider" set not null;`);
    this.addSql(`alter table "task" alter column "model" set not null;`);
    this.addSql(`alter table "task" add constraint "task_kind_check" check ("kind" in ('prompt'));`);
  }

}
