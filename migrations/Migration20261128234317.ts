import { Migration } from '@mikro-orm/migrations';

/** What an account makes besides runs. */
const OBJECTS = ['session', 'thread', 'agent', 'template', 'workflow', 'integration', 'api_key', 'model'];

/** What a run at work adds is counted each time that it comes to more bytes than these, and when it stops working. */
const COUNTED_AT_ONCE = 16 * 1024;

const COUNT_RUNS = `
  create function count_new_run() returns trigger language plpgsql as $$
  begin
    insert into usage_change (owner_id, runs, objects, bytes) values (new.owner_id, 1, 0, new.counted_bytes);
    return null;
  end $$;
  create function count_run_bytes() returns trigger language plpgsql as $$
  begin
    insert into usage_change (owner_id, runs, objects, bytes)
    values (new.owner_id, 0, 0, new.bytes - new.counted_bytes);
    new.counted_bytes := new.bytes;
    return new;
  end $$;
  create function count_deleted_runs() returns trigger language plpgsql as $$
  begin
    insert into usage_change (owner_id, runs, objects, bytes)
    select owner_id, -count(*), 0, -sum(counted_bytes) from changed group by owner_id;
    return null;
  end $$;
  create trigger run_created after insert on run for each row execute function count_new_run();
  create trigger run_grown before update on run for each row
    when (new.bytes <> new.counted_bytes and (new.status not in ('running', 'waiting')
      or new.bytes - new.counted_bytes > ${COUNTED_AT_ONCE}))
    execute function count_run_bytes();
  create trigger run_deleted after delete on run referencing old table as changed
    for each statement execute function count_deleted_runs();`;

const COUNT_OBJECTS = `
  create function count_new_objects() returns trigger language plpgsql as $$
  begin
    insert into usage_change (owner_id, runs, objects, bytes)
    select owner_id, 0, count(*), sum(octet_length(to_jsonb(changed)::text)) from changed
    where owner_id is not null group by owner_id;
    return null;
  end $$;
  create function count_changed_object() returns trigger language plpgsql as $$
  declare
    grown bigint := octet_length(to_jsonb(new)::text) - octet_length(to_jsonb(old)::text);
  begin
    if new.owner_id is not null and grown <> 0 then
      insert into usage_change (owner_id, runs, objects, bytes) values (new.owner_id, 0, 0, grown);
    end if;
    return null;
  end $$;
  create function count_deleted_objects() returns trigger language plpgsql as $$
  begin
    insert into usage_change (owner_id, runs, objects, bytes)
    select owner_id, 0, -count(*), -sum(octet_length(to_jsonb(changed)::text)) from changed
    where owner_id is not null group by owner_id;
    return null;
  end $$;
  ${OBJECTS.map(
    (table) => `
  create trigger ${table}_created after insert on ${table} referencing new table as changed
    for each statement execute function count_new_objects();
  create trigger ${table}_changed after update on ${table} for each row execute function count_changed_object();
  create trigger ${table}_deleted after delete on ${table} referencing old table as changed
    for each statement execute function count_deleted_objects();`,
  ).join('')}`;

/** What is there already. Approximate: a run's rows as text. */
const COUNT_BYTES_OF_RUNS = `
  update run set bytes = kept.bytes, counted_bytes = kept.bytes
  from (
    select id, sum(bytes) as bytes from (
      select id, octet_length(task::text) as bytes from task
      union all select id, octet_length(execution::text) from execution
      union all select id, octet_length(orchestration::text) from orchestration
      union all select execution_id, octet_length(execution_step::text) from execution_step
      union all select orchestration_id, octet_length(orchestration_round::text) from orchestration_round
      union all select run_id, octet_length(data::text) from event
      union all select run_id, octet_length(output::text) from step
      union all select run_id, octet_length(text) from input
      union all select run_id, size from artifact
    ) as part group by id
  ) as kept
  where run.id = kept.id;`;

const ADD_UP = `
  insert into account_usage (owner_id, runs, objects, bytes)
  select owner_id, sum(runs), sum(objects), sum(bytes) from (
    select owner_id, count(*) as runs, 0 as objects, sum(bytes) as bytes from run group by owner_id
    ${OBJECTS.map(
      (table) => `
    union all select owner_id, 0, count(*), sum(octet_length(to_jsonb(${table})::text)) from ${table}
      where owner_id is not null group by owner_id`,
    ).join('')}
  ) as kept group by owner_id;`;

const FUNCTIONS = [
  'count_new_run',
  'count_run_bytes',
  'count_deleted_runs',
  'count_new_objects',
  'count_changed_object',
  'count_deleted_objects',
];

export class Migration20261128234317 extends Migration {

  override name = 'Migration20261128234317';

  override up(): void | Promise<void> {
    this.addSql(`create table "account_usage" ("owner_id" text not null, "runs" bigint not null default '0', "objects" bigint not null default '0', "bytes" bigint not null default '0', "max_runs" bigint null, "max_objects" bigint null, "max_bytes" bigint null, primary key ("owner_id"));`);

    this.addSql('create sequence usage_change_id cache 50;');
    this.addSql(`create table "usage_change" ("owner_id" text not null, "id" bigint not null, "runs" bigint not null, "objects" bigint not null, "bytes" bigint not null, primary key ("owner_id", "id"));`);
    this.addSql(`alter table usage_change alter column id set default nextval('usage_change_id');`);

    this.addSql(`alter table "run" add "bytes" bigint not null default '0', add "counted_bytes" bigint not null default '0';`);
    for (const statement of [COUNT_BYTES_OF_RUNS, ADD_UP, COUNT_RUNS, COUNT_OBJECTS]) this.addSql(statement);
  }

  override down(): void | Promise<void> {
    for (const name of FUNCTIONS) this.addSql(`drop function ${name} cascade;`);
    this.addSql(`drop table if exists "account_usage" cascade;`);
    this.addSql(`drop table if exists "usage_change" cascade;`);
    this.addSql('drop sequence usage_change_id;');

    this.addSql(`alter table "run" drop column "bytes", drop column "counted_bytes";`);
  }

}
