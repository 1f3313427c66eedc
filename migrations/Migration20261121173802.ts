import { Migration } from '@mikro-orm/migrations';

export class Migration20261121173802 extends Migration {

  override name = 'Migration20261121173802';

  override up(): void | Promise<void> {
    this.addSql(`create table "artifact" ("id" text not null, "run_id" text not null, "name" text not null, "type" text not null, "media_type" text not null, "size" int not null, "sha256" text not null, "content" bytea not null, "is_truncated" boolean not null, "created_at" timestamptz(6) not null default clock_timestamp(), primary key ("id"));`);
    this.addSql(`alter table "artifact" add constraint "artifact_run_name" unique ("run_id", "name");`);

    this.addSql(`alter table "artifact" add constraint "artifact_run_id_foreign" foreign key ("run_id") references "run" ("id") on delete cascade;`);
    this.addSql(`alter table "artifact" add constraint "artifact_type_check" check ("type" in ('plan', 'diff', 'log', 'output', 'file'));`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "artifact" cascade;`);
  }

}
