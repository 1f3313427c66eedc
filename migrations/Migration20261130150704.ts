import { Migration } from '@mikro-orm/migrations';

export class Migration20261130150704 extends Migration {

  override name = 'Migration20261130150704';

  override up(): void | Promise<void> {
    this.addSql(`create table "retention" ("owner_id" text not null, "subject" text not null, "days" int null, "ended_at" timestamptz(6) null, "run_id" text null, "begun_at" timestamptz(6) null, primary key ("owner_id", "subject"));`);

    // Unknown for runs that are there already.
    this.addSql(`alter table "run" add "text_bytes" bigint null;`);
    this.addSql(`alter table "run" alter column "text_bytes" set default '0';`);

    this.addSql(`alter table "retention" add constraint "retention_subject_check" check ("subject" in ('text', 'events', 'artifacts', 'idempotencyKeys', 'runs', 'deliveries'));`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "retention" cascade;`);

    this.addSql(`alter table "run" drop column "text_bytes";`);
  }

}
