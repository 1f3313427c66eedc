import { ChangeInUse } from './shared/change-in-use.ts';

const ENDED = `('completed', 'failed', 'cancelled')`;

/** Logs with fewer events are not worth the work, and cost nothing. */
const LONG_LOG = 24;

const TICKETS = `
  create function add_text_ticket() returns trigger language plpgsql as $$
  begin
    insert into text_ticket (run_id) values (new.id) on conflict do nothing;
    return null;
  end $$;
  create trigger run_text_is_whole after update of status on run for each row
    when (new.status in ${ENDED} and old.status not in ${ENDED} and new.last_seq >= ${LONG_LOG})
    execute function add_text_ticket();`;

const PAGES = `
  create table "text_ticket" ("run_id" text not null, "after_seq" int not null default 0, primary key ("run_id"));
  alter table "run_text" add "last_seq" int null, add "ends" int[] null, add "ats" timestamptz[] null;`;

/** Servers of the version before see the events of which a page consists. */
const view = (text: string) => `
  create or replace view event as
    select e.run_id, e.seq, e.attempt, e.type, e.data, e.at, e.owner_id, e.session_id, e.place, e.xid, e.month,
      null::tid as ctid
    from run join run_event e on e.month = run.month and e.run_id = run.id
    union all
    ${text};`;

const ROWS = `
    select t.run_id, t.seq, t.attempt, t.type, jsonb_build_object('callId', t.call_id, 'text', t.text), t.at, null, null,
      null, null, t.month, null
    from run join run_text t on t.month = run.month and t.run_id = run.id`;

const PIECES = `
    ${ROWS} where t.last_seq is null
    union all
    select t.run_id, (t.seq + n - 1)::int, t.attempt, t.type, jsonb_build_object('callId', t.call_id, 'text',
        convert_from(substring(convert_to(t.text, 'UTF8')
          from coalesce(t.ends[n - 1], 0) + 1 for t.ends[n] - coalesce(t.ends[n - 1], 0)), 'UTF8')),
      t.ats[n]::timestamptz(6), null, null, null, null, t.month, null
    from run join run_text t on t.month = run.month and t.run_id = run.id
      cross join lateral generate_subscripts(t.ends, 1) as n
    where t.last_seq is not null`;

export class Migration20261130155129 extends ChangeInUse {

  override name = 'Migration20261130155129';

  override async up(): Promise<void> {
    if (await this.has(`to_regclass('text_ticket') is not null`)) return;
    await this.whileInUse(['run', 'run_event', 'run_text'], `${PAGES} ${view(PIECES)} ${TICKETS}`);
  }

  /** Text that was joined stays joined, and cannot be read by the version before. */
  override down(): void | Promise<void> {
    this.addSql('drop function add_text_ticket cascade;');
    this.addSql(view(ROWS));
    this.addSql(`drop table if exists "text_ticket" cascade;`);

    this.addSql(`alter table "run_text" drop column "last_seq", drop column "ends", drop column "ats";`);
  }

}
