import { ChangeInUse } from './shared/change-in-use.ts';

/**
 * The table `event`, of any size and in use by servers of the version before, becomes the partition of `run_event` for
 * the runs that were there before. Nothing that takes long holds a lock that others wait for, and each step finds out
 * whether it has been done, because a migration that was interrupted starts from the beginning.
 *
 * A partition has the primary key (run_id, seq), as `event` had, rather than one that begins with the month: the rows of
 * a run are all in one partition, so it is as unique, and no index of the old table has to be built.
 */

/** The partitions of runs from before; no date is between these two. */
const OLD = `for values from ('-infinity') to ('4713-01-01 BC')`;

const TABLES = `
  create table run_event (run_id text not null, seq int not null, attempt int not null, type text not null,
    data jsonb not null, at timestamptz(6) not null default clock_timestamp(), owner_id text, session_id text,
    place xid8, xid xid8, month date not null) partition by range (month);
  create index run_event_owner_place on run_event (owner_id, place) where owner_id is not null;
  create index run_event_session_place on run_event (session_id, place) where session_id is not null;
  create table run_event_default partition of run_event (primary key (run_id, seq)) default;

  create table run_text (run_id text not null, seq int not null, attempt int not null, type text not null,
    call_id text not null, text text not null, at timestamptz(6) not null default clock_timestamp(),
    month date not null) partition by range (month);
  create table run_text_default partition of run_text (primary key (run_id, seq)) default;
  create table run_text_old partition of run_text (primary key (run_id, seq)) ${OLD};

  do $$
  declare
    first date;
  begin
    for ahead in 0..2 loop
      first := date_trunc('month', now() at time zone 'utc') + ahead * interval '1 month';
      execute format('create table %I partition of run_event (primary key (run_id, seq)) for values from (%L) to (%L)',
        'run_event_' || to_char(first, 'YYYY_MM'), first, first + interval '1 month');
      execute format('create table %I partition of run_text (primary key (run_id, seq)) for values from (%L) to (%L)',
        'run_text_' || to_char(first, 'YYYY_MM'), first, first + interval '1 month');
    end loop;
  end $$;`;

/** A constant default is written into no row. */
const MONTH_OF_OLD = `
  alter table event add column month date not null default '-infinity',
    add constraint event_month_old check (month = '-infinity') not valid;`;

/** Reads the whole table, but nobody waits for it. With it, the table becomes a partition without being read again. */
const VALIDATE = 'alter table event validate constraint event_month_old;';

/**
 * What the servers of the version before read, insert and delete until they have been restarted; a later version drops
 * it. They delete stray events of a deleted account by their ctid, and find none.
 */
const VIEW = `
  create view event as
    select e.run_id, e.seq, e.attempt, e.type, e.data, e.at, e.owner_id, e.session_id, e.place, e.xid, e.month,
      null::tid as ctid
    from run join run_event e on e.month = run.month and e.run_id = run.id
    union all
    select t.run_id, t.seq, t.attempt, t.type, jsonb_build_object('callId', t.call_id, 'text', t.text), t.at, null, null,
      null, null, t.month, null
    from run join run_text t on t.month = run.month and t.run_id = run.id;

  create function insert_event() returns trigger language plpgsql as $$
  begin
    new.at := coalesce(new.at, clock_timestamp());
    select month into new.month from run where id = new.run_id;
    if new.type in ('TokensGenerated', 'ReasoningGenerated') then
      insert into run_text (month, run_id, seq, attempt, type, call_id, text, at)
      values (new.month, new.run_id, new.seq, new.attempt, new.type, new.data ->> 'callId', new.data ->> 'text', new.at);
    else
      insert into run_event (month, run_id, seq, attempt, type, data, at, owner_id, session_id, place, xid)
      values (new.month, new.run_id, new.seq, new.attempt, new.type, new.data, new.at, new.owner_id, new.session_id,
        new.place, new.xid);
    end if;
    return new;
  end $$;
  create trigger event_inserted instead of insert on event for each row execute function insert_event();

  create function delete_event() returns trigger language plpgsql as $$
  begin
    delete from run_text where month = old.month and run_id = old.run_id and seq = old.seq;
    delete from run_event where month = old.month and run_id = old.run_id and seq = old.seq;
    return old;
  end $$;
  create trigger event_deleted instead of delete on event for each row execute function delete_event();

  comment on view event is 'For servers of the version before; to be dropped.';`;

/** Changes nothing but the catalog. Runs of the version before get the month from the default as well. */
const SWAP = `
  alter table run add column month date not null default '-infinity';
  alter table run alter column month set default date_trunc('month', now() at time zone 'utc')::date;
  alter table event rename to run_event_old;
  alter index event_pkey rename to run_event_old_pkey;
  alter index event_owner_place rename to run_event_old_owner_place;
  alter index event_session_place rename to run_event_old_session_place;
  alter table run_event attach partition run_event_old ${OLD};
  ${VIEW}`;

export class Migration20261130145915 extends ChangeInUse {

  override name = 'Migration20261130145915';

  override async up(): Promise<void> {
    if (!(await this.has(`to_regclass('run_event') is not null`))) await this.execute(TABLES);
    if (await this.has(`(select relkind from pg_class where oid = to_regclass('event')) = 'v'`)) return;
    const month = `exists (select from pg_attribute where attrelid = to_regclass('event') and attname = 'month')`;
    if (!(await this.has(month))) await this.whileInUse(['event'], MONTH_OF_OLD);
    await this.execute(VALIDATE);
    await this.whileInUse(['run', 'event'], SWAP);
  }

}
