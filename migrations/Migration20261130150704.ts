import { ChangeInUse } from './shared/change-in-use.ts';

const RETENTION = `
  create table "retention" ("owner_id" text not null, "subject" text not null, "days" int null, "ended_at" timestamptz(6) null, "run_id" text null, "begun_at" timestamptz(6) null, primary key ("owner_id", "subject"));
  alter table "retention" add constraint "retention_subject_check" check ("subject" in ('text', 'events', 'artifacts', 'idempotencyKeys', 'runs', 'deliveries'));`;

/** Unknown for runs that are there already. */
const TEXT_BYTES = `
  alter table "run" add "text_bytes" bigint null;
  alter table "run" alter column "text_bytes" set default '0';`;

export class Migration20261130150704 extends ChangeInUse {

  override name = 'Migration20261130150704';

  override async up(): Promise<void> {
    if (await this.has(`to_regclass('retention') is not null`)) return;
    await this.whileInUse(['run'], `${RETENTION} ${TEXT_BYTES}`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "retention" cascade;`);

    this.addSql(`alter table "run" drop column "text_bytes";`);
  }

}
