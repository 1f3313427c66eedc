import { Migration } from '@mikro-orm/migrations';

export class Migration20261130080240 extends Migration {

  override name = 'Migration20261130080240';

  override up(): void | Promise<void> {
    this.addSql(`create table "legacy_client" ("id" text not null, "owner_id" text not null, "origin" text not null, "api_key_id" text null, "user_agent" text not null, "requests" bigint not null, "created_at" timestamptz(6) not null default clock_timestamp(), "last_used_at" timestamptz(6) not null default clock_timestamp(), primary key ("id"));`);
    this.addSql(`create index "legacy_client_created_at_id_index" on "legacy_client" ("created_at", "id");`);
    this.addSql(`create index "legacy_client_owner_id_created_at_id_index" on "legacy_client" ("owner_id", "created_at", "id");`);
    this.addSql(`create unique index "legacy_client_unique" on "legacy_client" ("owner_id", "origin", "api_key_id", "user_agent") nulls not distinct;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "legacy_client" cascade;`);
  }

}
