import { Migration } from '@mikro-orm/migrations';

export class Migration20261130045941 extends Migration {

  override name = 'Migration20261130045941';

  override up(): void | Promise<void> {
    this.addSql(`create table "change" ("subject_id" text not null, "place" xid8 not null, "xid" xid8 not null, "owner_id" text not null, "session_id" text null, "kind" text not null, "type" text not null, "at" timestamptz(6) not null default clock_timestamp(), primary key ("subject_id", "place"));`);
    this.addSql(`create index "change_owner_place" on "change" ("owner_id", "place");`);
    this.addSql(`create index "change_session_place" on "change" ("session_id", "place") where "session_id" is not null;`);
    this.addSql(`create index "change_at_index" on "change" ("at");`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "change" cascade;`);
  }

}
