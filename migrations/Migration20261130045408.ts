import { Migration } from '@mikro-orm/migrations';

const ENDED = `('completed', 'failed', 'cancelled')`;

/** `run.ended_at` and `run.known_cost` repeat what the tables of the kinds and of calls hold, for lists by index. */
const TRIGGERS = `
  create function run_ended_or_reopened() returns trigger language plpgsql as $$
  begin
    new.ended_at := case when new.status in ${ENDED} then new.updated_at end;
    if new.kind = 'execution' and new.ended_at is not null then
      new.known_cost := (select coalesce(sum(known_cost), 0) from run where parent_id = new.id);
    end if;
    return new;
  end $$;
  create function count_call_cost() returns trigger language plpgsql as $$
  begin
    update run set known_cost = known_cost + coalesce(new.cost, 0) - coalesce(old.cost, 0) where id = new.run_id;
    return null;
  end $$;
  create trigger run_ended_or_reopened before update of status on run for each row
    when ((new.status in ${ENDED}) <> (old.status in ${ENDED})) execute function run_ended_or_reopened();
  create trigger model_call_settled after update of cost on model_call for each row
    when (coalesce(new.cost, 0) <> coalesce(old.cost, 0)) execute function count_call_cost();`;

/** Each run is written at most once, and only if a value differs from that of a new column. */
const PRESENT_RUNS = `
  update run set known_cost = present.cost, ended_at = present.ended_at from (
    select run.id,
      coalesce(case when run.kind = 'execution' and run.status in ${ENDED} then parts.cost else spent.cost end, 0) as cost,
      case when run.status in ${ENDED} then
        coalesce(task.completed_at, execution.completed_at, orchestration.completed_at, run.updated_at) end as ended_at
    from run left join task on task.id = run.id left join execution on execution.id = run.id
    left join orchestration on orchestration.id = run.id
    left join (select run_id, sum(cost) as cost from model_call where cost > 0 group by run_id) as spent
      on spent.run_id = run.id
    left join (
      select part.parent_id, sum(call.cost) as cost from run as part join model_call as call on call.run_id = part.id
      where part.parent_id is not null and call.cost > 0 group by part.parent_id
    ) as parts on parts.parent_id = run.id
  ) as present
  where present.id = run.id and (present.cost <> 0 or present.ended_at is not null);`;

export class Migration20261130045408 extends Migration {

  override name = 'Migration20261130045408';

  override up(): void | Promise<void> {
    this.addSql(`alter table "run" add "tags" text[] not null default '{}', add "metadata" jsonb null, add "ended_at" timestamptz(6) null, add "known_cost" numeric(24,12) not null default '0';`);
    this.addSql(PRESENT_RUNS);
    this.addSql(`create index "run_listed_updated" on "run" ("owner_id", "kind", "updated_at" desc, "id" desc) where "parent_id" is null;`);
    this.addSql(`create index "run_listed_ended" on "run" ("owner_id", "kind", (coalesce(ended_at, 'infinity'::timestamptz)) desc, "id" desc) where "parent_id" is null;`);
    this.addSql(`create index "run_listed_priority" on "run" ("owner_id", "kind", "priority" desc, "id" desc) where "parent_id" is null;`);
    this.addSql(`create index "run_listed_cost" on "run" ("owner_id", "kind", "known_cost" desc, "id" desc) where "parent_id" is null;`);
    this.addSql(TRIGGERS);
  }

  override down(): void | Promise<void> {
    this.addSql('drop function run_ended_or_reopened cascade; drop function count_call_cost cascade;');
    this.addSql(`drop index "run_listed_updated";`);
    this.addSql(`drop index "run_listed_ended";`);
    this.addSql(`drop index "run_listed_priority";`);
    this.addSql(`drop index "run_listed_cost";`);
    this.addSql(`alter table "run" drop column "tags", drop column "metadata", drop column "ended_at", drop column "known_cost";`);
  }

}
