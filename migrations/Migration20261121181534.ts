import { Migration } from '@mikro-orm/migrations';

export class Migration20261121181534 extends Migration {

  override name = 'Migration20261121181534';

  override up(): void | Promise<void> {
    this.addSql(`create table "session" ("id" text not null, "owner_id" text not null, "origin" text not null, "name" text null, "description" text null, "status" text not null default 'active', "settings" jsonb not null default '{}', "working_directory" text null, "user_label" text null, "ended_at" timestamptz(6) null, "created_at" timestamptz(6) not null default now(), "updated_at" timestamptz(6) not null default now(), primary key ("id"));`);
    this.addSql(`create index "session_owner_created" on "session" ("owner_id", "created_at" desc, "id" desc);`);

    this.addSql(`alter table "budget" drop constraint "budget_kind_check";`);
    this.addSql(`alter table "budget" add constraint "budget_kind_check" check ("kind" in ('task', 'session', 'user'));`);

    this.addSql(`alter table "event" add "owner_id" text null, add "session_id" text null, add "place" xid8 null, add "xid" xid8 null;`);
    this.addSql(`create index "event_owner_place" on "event" ("owner_id", "place") where "owner_id" is not null;`);
    this.addSql(`create index "event_session_place" on "event" ("session_id", "place") where "session_id" is not null;`);

    this.addSql(`alter table "thread" add "session_id" text null;`);
    this.addSql(`alter table "thread" add constraint "thread_session_id_foreign" foreign key ("session_id") references "session" ("id") on delete no action;`);
    this.addSql(`create index "thread_session_created" on "thread" ("session_id", "created_at" desc, "id" desc) where "session_id" is not null;`);

    this.addSql(`alter table "run" add "session_id" text null, add "place" xid8 not null default pg_current_xact_id();`);
    this.addSql(`alter table "run" add constraint "run_session_id_foreign" foreign key ("session_id") references "session" ("id") on delete no action;`);
    this.addSql(`create index "run_session_created" on "run" ("session_id", "created_at" desc, "id" desc) where "session_id" is not null;`);

    this.addSql(`alter table "session" add constraint "session_owner_id_foreign" foreign key ("owner_id") references "app_user" ("id");`);
    this.addSql(`alter table "session" add constraint "session_status_check" check ("status" in ('active', 'paused', 'completed'));`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "thread" drop constraint "thread_session_id_foreign";`);
    this.addSql(`alter table "run" drop constraint "run_session_id_foreign";`);

    this.addSql(`drop table if exists "session" cascade;`);

    this.addSql(`alter table "budget" drop constraint "budget_kind_check";`);
    this.addSql(`alter table "budget" add constraint "budget_kind_check" check ("kind" in ('task', 'user'));`);

    this.addSql(`drop index "event_owner_place";`);
    this.addSql(`drop index "event_session_place";`);
    this.addSql(`alter table "event" drop column "owner_id", drop column "session_id", drop column "place", drop column "xid";`);

    this.addSql(`drop index "run_session_created";`);
    this.addSql(`alter table "run" drop column "session_id", drop column "place";`);

    this.addSql(`drop index "thread_session_created";`);
    this.addSql(`alter table "thread" drop column "session_id";`);
  }

}
