import { Migration } from '@mikro-orm/migrations';

/** Until now an account could log in by a name that no other had; the first account with a name keeps it. */
const RESERVE_NAMES = `
  update app_user set handle = name where id in (
    select distinct on (name) id from app_user
    where password_hash is not null and position('@' in name) = 0 order by name, created_at, id
  );`;

/** The quota of an account counts rows as they are; new columns make them longer, and no trigger counts that. */
const COUNT_NEW_COLUMNS = `
  insert into usage_change (owner_id, runs, objects, bytes)
  select owner_id, 0, 0, sum(octet_length(to_jsonb(api_key)::text)
    - octet_length((to_jsonb(api_key) - 'previous_hash' - 'previous_until' - 'scopes')::text))
  from api_key where owner_id is not null group by owner_id;`;

export class Migration20261129063418 extends Migration {

  override name = 'Migration20261129063418';

  override up(): void | Promise<void> {
    this.addSql(`create table "audit_entry" ("id" text not null, "actor_id" text null, "actor_email" text null, "action" text not null, "subject" text null, "created_at" timestamptz(6) not null default clock_timestamp(), primary key ("id"));`);
    this.addSql(`create index "audit_entry_created_at_id_index" on "audit_entry" ("created_at", "id");`);

    this.addSql(`create table "login" ("id" text not null, "owner_id" text not null, "created_at" timestamptz(6) not null default clock_timestamp(), "expires_at" timestamptz(6) not null, primary key ("id"));`);
    this.addSql(`create index "login_owner_id_index" on "login" ("owner_id");`);

    this.addSql(`create table "refresh_token" ("hash" text not null, "login_id" text not null, "expires_at" timestamptz(6) not null, "used_at" timestamptz(6) null, primary key ("hash"));`);
    this.addSql(`create index "refresh_token_login_id_index" on "refresh_token" ("login_id");`);

    this.addSql(`create table "account_token" ("hash" text not null, "kind" text not null, "email" text null, "owner_id" text null, "created_at" timestamptz(6) not null default now(), "expires_at" timestamptz(6) not null, primary key ("hash"));`);
    this.addSql(`create index "account_token_email_index" on "account_token" ("email");`);
    this.addSql(`create index "account_token_owner_id_index" on "account_token" ("owner_id");`);
    this.addSql(`create index "account_token_expires_at_index" on "account_token" ("expires_at");`);

    this.addSql(`alter table "app_user" add "handle" text null, add "is_active" boolean not null default true, add "tokens_valid_from" timestamptz(6) null, add "max_concurrent_runs" int null, add "max_queued_runs" int null, add "deleted_at" timestamptz(6) null;`);
    this.addSql(RESERVE_NAMES);
    this.addSql(`alter table "app_user" add constraint "app_user_handle_unique" unique ("handle");`);
    this.addSql(`create index "app_user_created_at_id_index" on "app_user" ("created_at", "id");`);

    this.addSql(`alter table "api_key" add "previous_hash" text null, add "previous_until" timestamptz(6) null, add "scopes" text[] null;`);
    this.addSql(COUNT_NEW_COLUMNS);
    this.addSql(`alter table "api_key" add constraint "api_key_previous_hash_unique" unique ("previous_hash");`);
    this.addSql(`create index "api_key_owner_id_created_at_id_index" on "api_key" ("owner_id", "created_at", "id");`);

    this.addSql(`alter table "login" add constraint "login_owner_id_foreign" foreign key ("owner_id") references "app_user" ("id") on delete cascade;`);

    this.addSql(`alter table "refresh_token" add constraint "refresh_token_login_id_foreign" foreign key ("login_id") references "login" ("id") on delete cascade;`);

    this.addSql(`alter table "account_token" add constraint "account_token_owner_id_foreign" foreign key ("owner_id") references "app_user" ("id") on delete cascade;`);
    this.addSql(`alter table "account_token" add constraint "account_token_kind_check" check ("kind" in ('invitation', 'password_reset'));`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "refresh_token" drop constraint "refresh_token_login_id_foreign";`);

    this.addSql(`drop table if exists "audit_entry" cascade;`);
    this.addSql(`drop table if exists "login" cascade;`);
    this.addSql(`drop table if exists "refresh_token" cascade;`);
    this.addSql(`drop table if exists "account_token" cascade;`);

    this.addSql(`alter table "api_key" drop constraint "api_key_previous_hash_unique";`);
    this.addSql(`drop index "api_key_owner_id_created_at_id_index";`);
    this.addSql(`alter table "api_key" drop column "previous_hash", drop column "previous_until", drop column "scopes";`);

    this.addSql(`alter table "app_user" drop constraint "app_user_handle_unique";`);
    this.addSql(`drop index "app_user_created_at_id_index";`);
    this.addSql(`alter table "app_user" drop column "handle", drop column "is_active", drop column "tokens_valid_from", drop column "max_concurrent_runs", drop column "max_queued_runs", drop column "deleted_at";`);
  }

}
