import { Migration } from '@mikro-orm/migrations';

export class Migration20261129072732 extends Migration {

  override name = 'Migration20261129072732';

  override up(): void | Promise<void> {
    this.addSql(`create table "identity" ("issuer" text not null, "subject" text not null, "owner_id" text not null, "created_at" timestamptz(6) not null default now(), primary key ("issuer", "subject"));`);
    this.addSql(`create index "identity_owner_id_index" on "identity" ("owner_id");`);

    this.addSql(`alter table "identity" add constraint "identity_owner_id_foreign" foreign key ("owner_id") references "app_user" ("id") on delete cascade;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "identity" cascade;`);
  }

}
