import { Migration } from '@mikro-orm/migrations';

const IS_READY = `status = 'queued' and blockers = 0 and worker_id is null`;
const isReady = (row: 'new' | 'old') => `(${IS_READY.replaceAll(/\b(status|blockers|worker_id)\b/g, `${row}.$1`)})`;

/** A ticket is a job of graphile-worker; the notification names its account to all workers, busy ones included. */
const TICKETS = `
  create function add_ticket(job text, ticket json, key text) returns void language plpgsql as $$
  begin
    perform graphile_worker.add_job(job, ticket, job_key => key, max_attempts => 25);
    perform pg_notify('turns', ticket::text);
  end $$;
  -- The key is for the ticket of a run that ends unstarted. While an earlier ticket has it, the next one has none: it
  -- would replace that, which may stand for another run by now.
  create function run_became_ready() returns trigger language plpgsql as $$
  declare
    ticket json := json_build_object('ownerId', new.owner_id, 'runId', new.id);
  begin
    new.ready_at := clock_timestamp();
    if tg_op = 'INSERT' then
      perform graphile_worker.add_job('take-turn', ticket, job_key => 'run:' || new.id,
        job_key_mode => 'unsafe_dedupe', max_attempts => 25);
      perform pg_notify('turns', ticket::text);
    else
      perform add_ticket('take-turn', ticket, case when not exists (
        select from graphile_worker._private_jobs where key = 'run:' || new.id) then 'run:' || new.id end);
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
      perform add_ticket('take-turn', json_build_object('ownerId', new.owner_id), null);
    end if;
    return null;
  end $$;
  create function run_limit_raised() returns trigger language plpgsql as $$
  begin
    perform add_ticket('take-turn', json_build_object('ownerId', new.id), null)
    from (
      select from run where owner_id = new.id and ${IS_READY}
      limit new.max_concurrent_runs - old.max_concurrent_runs) as ready;
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
    this.addSql(`create index "delivery_due" on "delivery" (("next_try_at" at time zone 'UTC')) where "status" = 'pending';`);
    this.addSql(`create index "workflow_due" on "workflow" ("owner_id", "next_run_at") where "next_run_at" is not null;`);
    this.addSql(`create index "workflow_next" on "workflow" ("next_run_at") where "next_run_at" is not null;`);
    this.addSql(TICKETS);
  }

  override down(): void | Promise<void> {
    for (const name of FUNCTIONS) this.addSql(`drop function ${name} cascade;`);
    this.addSql(`drop index "delivery_due";`);
    this.addSql(`drop index "workflow_due";`);
    this.addSql(`drop index "workflow_next";`);
    this.addSql(`drop index "run_next";`);
    this.addSql(`drop index "run_running";`);
    this.addSql(`alter table "run" drop column "claim", drop column "ready_at";`);
    this.addSql(`create index "run_queued" on "run" ("id") where "status" = 'queued';`);
  }

}
