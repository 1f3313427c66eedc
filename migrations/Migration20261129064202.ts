import { Migration } from '@mikro-orm/migrations';

const IS_READY = `status = 'queued' and blockers = 0 and worker_id is null`;
const isReady = (row: 'new' | 'old') => `(${IS_READY.replaceAll(/\b(status|blockers|worker_id)\b/g, `${row}.$1`)})`;

/** A ticket is a job of graphile-worker; the notification names its account to all workers, busy ones included. */
const TICKETS = `
  create function add_ticket(ticket json) returns void language plpgsql as $$
  begin
    perform graphile_worker.add_job('take-turn', ticket, max_attempts => 25);
    perform pg_notify('turns', ticket::text);
  end $$;
  create function run_became_ready() returns trigger language plpgsql as $$
  declare
    ticket json := json_build_object('ownerId', new.owner_id, 'runId', new.id);
  begin
    new.ready_at := clock_timestamp();
    if tg_op = 'INSERT' then
      -- With a key, by which it is removed when the run ends unstarted. A later ticket has none: it would replace the
      -- first one, which may have been used for another run.
      perform graphile_worker.add_job('take-turn', ticket, job_key => 'run:' || new.id,
        job_key_mode => 'unsafe_dedupe', max_attempts => 25);
      perform pg_notify('turns', ticket::text);
    else
      perform add_ticket(ticket);
    end if;
    return new;
  end $$;
  create function ready_run_ended() returns trigger language plpgsql as $$
  begin
    perform graphile_worker.remove_job('run:' || new.id);
    return null;
  end $$;
  create function limited_run_stopped() returns trigger language plpgsql as $$
  begin
    if exists (select from app_user where id = new.owner_id and max_concurrent_runs is not null) then
      perform add_ticket(json_build_object('ownerId', new.owner_id));
    end if;
    return null;
  end $$;
  create function run_limit_raised() returns trigger language plpgsql as $$
  begin
    perform add_ticket(json_build_object('ownerId', new.id))
    from run where owner_id = new.id and ${IS_READY};
    return null;
  end $$;
  create trigger run_created_ready before insert on run for each row
    when ${isReady('new')} execute function run_became_ready();
  create trigger run_made_ready before update on run for each row
    when (${isReady('new')} and not ${isReady('old')}) execute function run_became_ready();
  create trigger run_ended_unstarted after update on run for each row
    when (${isReady('old')} and new.status in ('completed', 'failed', 'cancelled')) execute function ready_run_ended();
  create trigger run_stopped after update on run for each row
    when (old.status = 'running' and new.status <> 'running') execute function limited_run_stopped();
  create trigger user_run_limit_raised after update of max_concurrent_runs on app_user for each row
    when (old.max_concurrent_runs < coalesce(new.max_concurrent_runs, 2147483647)) execute function run_limit_raised();`;

const FUNCTIONS = ['run_became_ready', 'ready_run_ended', 'limited_run_stopped', 'run_limit_raised', 'add_ticket'];

/** Jobs that the version before queued stay where they are: workers take them as tickets. */
export class Migration20261129064202 extends Migration {

  override name = 'Migration20261129064202';

  override up(): void | Promise<void> {
    this.addSql(`drop index "run_queued";`);
    // The default is set afterwards: with it, adding the column would rewrite the table.
    this.addSql(`alter table "run" add "claim" bigint null, add "ready_at" timestamptz(6) null;`);
    this.addSql(`alter table "run" alter column "ready_at" set default clock_timestamp();`);
    this.addSql(`update "run" set "ready_at" = "updated_at" where "status" = 'queued';`);
    this.addSql(`create index "run_next" on "run" ("owner_id", "blockers", "priority" desc, "ready_at", "id") where "status" = 'queued';`);
    this.addSql(`create index "run_running" on "run" ("owner_id") where "status" = 'running';`);
    this.addSql(TICKETS);
  }

  override down(): void | Promise<void> {
    for (const name of FUNCTIONS) this.addSql(`drop function ${name} cascade;`);
    this.addSql(`drop index "run_next";`);
    this.addSql(`drop index "run_running";`);
    this.addSql(`alter table "run" drop column "claim", drop column "ready_at";`);
    this.addSql(`create index "run_queued" on "run" ("id") where "status" = 'queued';`);
  }

}
