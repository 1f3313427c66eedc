import { Migration } from '@mikro-orm/migrations';

export class Migration20261121155806 extends Migration {

  override name = 'Migration20261121155806';

  override up(): void | Promise<void> {
    this.addSql(`create table "budget" ("subject_id" text not null, "kind" text not null, "cost_limit" numeric(24,12) not null, "spent" numeric(24,12) not null default '0', "reserved" numeric(24,12) not null default '0', primary key ("subject_id"));`);

    this.addSql(`create table "budget_entry" ("call_id" text not null, "subject_id" text not null, "run_id" text not null, "reserved" numeric(24,12) not null, "amount" numeric(24,12) null, "is_estimated" boolean not null default false, primary key ("call_id", "subject_id"));`);
    this.addSql(`create index "budget_entry_run_id_index" on "budget_entry" ("run_id");`);

    this.addSql(`alter table "budget" add constraint "budget_kind_check" check ("kind" in ('task', 'user'));`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "budget" cascade;`);
    this.addSql(`drop table if exists "budget_entry" cascade;`);
  }

}
