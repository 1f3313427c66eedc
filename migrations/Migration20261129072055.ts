import { Migration } from '@mikro-orm/migrations';

/** What had not ended before there was an order blocks later turns, and ends within a transaction that looks for them. */
const UNFINISHED_TURNS = `
  with unfinished as (
    select run.id, asked.thread_id, run.created_at from (
      select id, thread_id from task where thread_id is not null
      union all select id, thread_id from orchestration where thread_id is not null
    ) as asked join run on run.id = asked.id where run.status in ('queued', 'running', 'waiting')
  ), marked as (
    update run set has_dependents = true from unfinished where run.id = unfinished.id
  )
  insert into thread_turn (run_id, thread_id, joined_at, is_waiting)
  select id, thread_id, created_at, false from unfinished;`;

/** The quota of an account counts rows as they are; a new column makes them longer, and no trigger counts that. */
const COUNT_NEW_COLUMN = `
  insert into usage_change (owner_id, runs, objects, bytes)
  select owner_id, 0, 0, sum(octet_length(to_jsonb(thread)::text) - octet_length((to_jsonb(thread) - 'on_busy')::text))
  from thread where owner_id is not null group by owner_id;`;

export class Migration20261129072055 extends Migration {

  override name = 'Migration20261129072055';

  override up(): void | Promise<void> {
    this.addSql(`create table "thread_turn" ("run_id" text not null, "thread_id" text not null, "joined_at" timestamptz(6) not null default clock_timestamp(), "is_waiting" boolean not null, primary key ("run_id"));`);
    this.addSql(`create index "thread_turn_thread" on "thread_turn" ("thread_id", "joined_at");`);

    this.addSql(`alter table "thread" add "on_busy" text not null default 'queue';`);
    this.addSql(`alter table "thread" add constraint "thread_on_busy_check" check ("on_busy" in ('queue', 'reject', 'interrupt', 'parallel'));`);

    this.addSql(`alter table "orchestration" add "joined_at" timestamptz(6) null;`);

    this.addSql(`alter table "task" add "joined_at" timestamptz(6) null;`);

    this.addSql(`alter table "thread_turn" add constraint "thread_turn_run_id_foreign" foreign key ("run_id") references "run" ("id") on update cascade on delete cascade;`);
    this.addSql(`alter table "thread_turn" add constraint "thread_turn_thread_id_foreign" foreign key ("thread_id") references "thread" ("id") on delete cascade;`);

    for (const kind of ['task', 'orchestration']) {
      this.addSql(`drop index "${kind}_thread";`);
      this.addSql(`
        update ${kind} set joined_at = run.created_at from run
        where run.id = ${kind}.id and ${kind}.thread_id is not null;`);
      this.addSql(
        `create index "${kind}_thread" on "${kind}" ("thread_id", "joined_at", "id") where "thread_id" is not null;`,
      );
    }
    this.addSql(COUNT_NEW_COLUMN);
    this.addSql(UNFINISHED_TURNS);
  }

  override down(): void | Promise<void> {
    for (const kind of ['task', 'orchestration']) {
      this.addSql(`drop index "${kind}_thread";`);
      this.addSql(`create index "${kind}_thread" on "${kind}" ("thread_id") where "thread_id" is not null;`);
    }
    this.addSql(`drop table if exists "thread_turn" cascade;`);

    this.addSql(`alter table "orchestration" drop column "joined_at";`);

    this.addSql(`alter table "task" drop column "joined_at";`);

    this.addSql(`alter table "thread" drop constraint "thread_on_busy_check";`);
    this.addSql(`alter table "thread" drop column "on_busy";`);
  }

}
