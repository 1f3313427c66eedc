import { Migration } from '@mikro-orm/migrations';

const FINISHED = `('completed', 'failed')`;
const ENDED = `('completed', 'failed', 'cancelled')`;

/** About 5 % wide. */
const BUCKET = `
  create function duration_bucket(ms numeric) returns int language sql immutable parallel safe as $$
    select case when ms is null then -1 when ms < 1 then 0 else 1 + floor(ln(ms::float8) / 0.05)::int end
  $$;`;

const STARTED_AT = `case kind
  when 'task' then (select started_at from task where task.id = run.id)
  when 'execution' then (select started_at from execution where execution.id = run.id)
  when 'bulk' then (select started_at from bulk where bulk.id = run.id)
  else (select started_at from orchestration where orchestration.id = run.id) end`;

const COLUMNS = `
  -- An execution may begin and end in one statement, before which it has no start.
  create or replace function run_ended_or_reopened() returns trigger language plpgsql as $$
  begin
    new.ended_at := case when new.status in ${ENDED} then new.updated_at end;
    new.duration_ms := case when new.status in ${FINISHED} then (
      select round(1000 * extract(epoch from greatest(new.updated_at, started_at) - started_at), 3) from (
        select coalesce(${STARTED_AT}, case when kind = 'execution' and new.attempt > 0 then new.updated_at end) as started_at
        from (select new.id, new.kind) as run) as work) end;
    if new.kind = 'execution' and new.ended_at is not null then
      new.known_cost := (select coalesce(sum(known_cost), 0) from run where parent_id = new.id);
    end if;
    return new;
  end $$;
  create function find_whole() returns trigger language plpgsql as $$
  begin
    new.whole_created_at := (select created_at from run where id = new.parent_id);
    return new;
  end $$;
  create trigger run_is_part before insert on run for each row
    when (new.parent_id is not null) execute function find_whole();`;

const PRESENT_RUNS = `
  update run set duration_ms = present.duration_ms, whole_created_at = present.whole_created_at, agent_id = present.agent_id
  from (
    select run.id, work.agent_id, whole.created_at as whole_created_at, case when run.status in ${FINISHED} then
      round(1000 * extract(epoch from greatest(work.completed_at, work.started_at) - work.started_at), 3) end as duration_ms
    from run left join (
      select id, started_at, completed_at, agent_id from task
      union all select id, started_at, completed_at, null from execution
      union all select id, started_at, completed_at, null from orchestration
      union all select id, started_at, completed_at, null from bulk
    ) as work on work.id = run.id left join run as whole on whole.id = run.parent_id
  ) as present
  where present.id = run.id and (present.duration_ms is not null
    or present.whole_created_at is not null or present.agent_id is not null);`;

/** SQL of what a row of `run` determines for what it does. */
const OF_RUN = (run: string) => `${run}.owner_id, ${run}.session_id,
      case when ${run}.session_id is not null then (select user_label from session where id = ${run}.session_id) end,
      date_trunc('hour', coalesce(${run}.whole_created_at, ${run}.created_at), 'UTC')`;
const FACTS = 'owner_id, session_id, user_label, at';
const RUN = 'count, duration_ms';
const CALL =
  'count, failed, unpriced, cost, input_tokens, output_tokens, duration_ms, timed, first_token_ms, begun';

/** SQL of the sums of a model call. */
const callSums = (row: string) => [
  '1',
  `(${row}.status = 'failed')::int`,
  `(${row}.cost is null)::int`,
  `coalesce(${row}.cost, 0)`,
  `coalesce(${row}.input_tokens, 0)`,
  `coalesce(${row}.output_tokens, 0)`,
  `case when ${row}.status = 'completed' then coalesce(round(${row}.latency_ms::numeric, 3), 0) else 0 end`,
  `(${row}.status = 'completed' and ${row}.latency_ms is not null)::int`,
  `case when ${row}.status = 'completed' then coalesce(round(${row}.time_to_first_token_ms::numeric, 3), 0) else 0 end`,
  `(${row}.status = 'completed' and ${row}.time_to_first_token_ms is not null)::int`,
];
const CHANGED_CALL = callSums('new').map((sum, index) => `${sum} - ${callSums('old')[index]}`);
const summed = (sums: string[], sign = '') => sums.map((sum) => `${sign}sum(${sum})`).join(', ');

const scoreOf = (row: string) => `coalesce(round((${row}.result ->> 'score')::numeric, 6), 0)`;
const scoreBucket = (row: string) => `coalesce(round((${row}.result ->> 'score')::numeric * 100)::int, -1)`;
const iterationsOf = (row: string) => `coalesce((${row}.result ->> 'iterations')::numeric::int, 0)`;

/** An orchestration has a result if it has completed. */
const changedOutcome = (row: string, sign = '') => `
      insert into counter_change (${FACTS}, subject, bucket, count, score, iterations)
      select ${OF_RUN('run')}, 'outcome', ${scoreBucket(row)}, ${sign}1, ${sign}${scoreOf(row)}, ${sign}${iterationsOf(row)}
      from run where run.id = ${row}.id and run.parent_id is null;`;

const changedAnswer = (row: string, sign = '') => `
      insert into counter_change (${FACTS}, subject, name, detail, count, score)
      select ${OF_RUN('run')}, 'answer', ${row}.provider, ${row}.model, ${sign}1, ${sign}round(${row}.score::numeric, 6)
      from run where run.id = ${row}.orchestration_id and run.parent_id is null;`;

/** What is evaluated has an answer, and that has a model. */
const isAnswer = (row: string) => `(${row}.score is not null and ${row}.model is not null)`;

/** Of the usual kind of task, only those with a type are counted. */
const isTyped = (row: string) => `(${row}.kind <> 'prompt' or ${row}.type is not null)`;

const RUN_OF = (table: string, id: string) => `
    from ${table} as deleted cross join lateral (select * from run where run.id = deleted.${id} offset 0) as run`;

/** Deletions delete what belongs to a run before the run, so that its row is still there for each of these. */
const FUNCTIONS: Record<string, string> = {
  count_run: `
    if tg_op = 'INSERT' then
      insert into counter_change (${FACTS}, subject, name, detail, bucket, ${RUN})
      values (${OF_RUN('new')}, 'run', new.kind, new.status, duration_bucket(new.duration_ms), 1, coalesce(new.duration_ms, 0));
    else
      insert into counter_change (${FACTS}, subject, name, detail, bucket, ${RUN})
      select ${OF_RUN('new')}, 'run', new.kind, change.* from (values
        (old.status, duration_bucket(old.duration_ms), -1, -coalesce(old.duration_ms, 0)),
        (new.status, duration_bucket(new.duration_ms), 1, coalesce(new.duration_ms, 0))) as change;
    end if;`,
  uncount_runs: `
    insert into counter_change (${FACTS}, subject, name, detail, bucket, ${RUN})
    select ${OF_RUN('run')}, 'run', kind, status, duration_bucket(duration_ms), -count(*), -coalesce(sum(duration_ms), 0)
    from changed as run where parent_id is null
    group by owner_id, session_id, date_trunc('hour', coalesce(run.whole_created_at, run.created_at), 'UTC'), kind, status,
      duration_bucket(duration_ms);`,
  count_type: `
    insert into counter_change (${FACTS}, subject, name, detail, count)
    select ${OF_RUN('run')}, 'type', new.kind, coalesce(new.type, ''), 1 from run where run.id = new.id and parent_id is null;`,
  count_domain: `
    insert into counter_change (${FACTS}, subject, name, detail, count)
    select ${OF_RUN('run')}, 'type', 'orchestration', new.domain, 1 from run where run.id = new.id;`,
  uncount_types: `
    insert into counter_change (${FACTS}, subject, name, detail, count)
    select ${OF_RUN('run')}, 'type', deleted.kind, coalesce(deleted.type, ''), -1 ${RUN_OF('changed', 'id')}
    where ${isTyped('deleted')} and parent_id is null;`,
  count_call: `
    insert into counter_change (${FACTS}, subject, name, detail, ${CALL})
    select ${OF_RUN('run')}, 'call', new.provider, new.model, ${callSums('new').join(', ')} from run where run.id = new.run_id;`,
  recount_call: `
    insert into counter_change (${FACTS}, subject, name, detail, ${CALL})
    select ${OF_RUN('run')}, 'call', new.provider, new.model, ${CHANGED_CALL.join(', ')} from run where run.id = new.run_id;`,
  uncount_calls: `
    insert into counter_change (${FACTS}, subject, name, detail, ${CALL})
    select ${OF_RUN('run')}, 'call', deleted.provider, deleted.model,
      ${callSums('deleted')
        .map((sum) => `-${sum}`)
        .join(', ')} ${RUN_OF('changed', 'run_id')};`,
  count_outcome: `
    if tg_op <> 'INSERT' and old.result is not null then ${changedOutcome('old', '-')}
    end if;
    if tg_op <> 'DELETE' and new.result is not null then ${changedOutcome('new')}
    end if;`,
  uncount_domain: `
    insert into counter_change (${FACTS}, subject, name, detail, count)
    select ${OF_RUN('run')}, 'type', 'orchestration', old.domain, -1 from run where run.id = old.id;`,
  count_answer: `
    if tg_op <> 'INSERT' and ${isAnswer('old')} then ${changedAnswer('old', '-')}
    end if;
    if tg_op <> 'DELETE' and ${isAnswer('new')} then ${changedAnswer('new')}
    end if;`,
};

const TRIGGERS = [
  `run_counted after insert on run for each row when (new.parent_id is null) execute function count_run()`,
  `run_recounted after update of status on run for each row
    when (new.parent_id is null and new.status <> old.status) execute function count_run()`,
  `run_uncounted after delete on run referencing old table as changed for each statement execute function uncount_runs()`,
  `task_counted after insert on task for each row when (${isTyped('new')}) execute function count_type()`,
  `task_uncounted after delete on task referencing old table as changed for each statement execute function uncount_types()`,
  `orchestration_counted after insert on orchestration for each row when (new.domain is not null)
    execute function count_domain()`,
  `orchestration_uncounted after delete on orchestration for each row when (old.domain is not null)
    execute function uncount_domain()`,
  `call_counted after insert on model_call for each row execute function count_call()`,
  `call_recounted after update on model_call for each row
    when ((old.status, old.cost, old.input_tokens, old.output_tokens, old.latency_ms, old.time_to_first_token_ms)
      is distinct from (new.status, new.cost, new.input_tokens, new.output_tokens, new.latency_ms, new.time_to_first_token_ms))
    execute function recount_call()`,
  `call_uncounted after delete on model_call referencing old table as changed for each statement
    execute function uncount_calls()`,
  `outcome_counted after insert on orchestration for each row when (new.result is not null) execute function count_outcome()`,
  `outcome_recounted after update of result on orchestration for each row
    when (new.result is distinct from old.result) execute function count_outcome()`,
  `outcome_uncounted after delete on orchestration for each row when (old.result is not null) execute function count_outcome()`,
  `answer_counted after insert on orchestration_round for each row when (new.score is not null) execute function count_answer()`,
  `answer_recounted after update on orchestration_round for each row
    when ((new.score, new.provider, new.model) is distinct from (old.score, old.provider, old.model)
      and (new.score is not null or old.score is not null)) execute function count_answer()`,
  `answer_uncounted after delete on orchestration_round for each row when (old.score is not null)
    execute function count_answer()`,
];

const COUNT = [
  ...Object.entries(FUNCTIONS).map(
    ([name, body]) => `create function ${name}() returns trigger language plpgsql as $$
  begin${body}
    return null;
  end $$;`,
  ),
  ...TRIGGERS.map((trigger) => `create trigger ${trigger};`),
].join('\n');

/** What is there already, as changes that workers add up. */
const KEY = '1, 2, 3, 4, 5, 6, 7';
const PRESENT = `
  insert into counter_change (${FACTS}, subject, name, detail, bucket, ${RUN})
  select ${OF_RUN('run')}, 'run', kind, status, duration_bucket(duration_ms), count(*), coalesce(sum(duration_ms), 0)
  from run where parent_id is null group by ${KEY}, 8;
  insert into counter_change (${FACTS}, subject, name, detail, count)
  select ${OF_RUN('run')}, 'type', task.kind, coalesce(task.type, ''), count(*)
  from task join run on run.id = task.id where ${isTyped('task')} and parent_id is null group by ${KEY}
  union all select ${OF_RUN('run')}, 'type', 'orchestration', domain, count(*)
  from orchestration join run on run.id = orchestration.id where domain is not null group by ${KEY};
  insert into counter_change (${FACTS}, subject, name, detail, ${CALL})
  select ${OF_RUN('run')}, 'call', provider, model, ${summed(callSums('call'))}
  from model_call as call join run on run.id = call.run_id group by ${KEY};
  insert into counter_change (${FACTS}, subject, name, detail, bucket, count, score, iterations)
  select ${OF_RUN('run')}, 'outcome', '', '', ${scoreBucket('done')}, count(*), sum(${scoreOf('done')}), sum(${iterationsOf('done')})
  from orchestration as done join run on run.id = done.id where result is not null and parent_id is null group by ${KEY}, 8;
  insert into counter_change (${FACTS}, subject, name, detail, count, score)
  select ${OF_RUN('run')}, 'answer', provider, model, count(*), sum(round(score::numeric, 6))
  from orchestration_round as round join run on run.id = round.orchestration_id
  where ${isAnswer('round')} and parent_id is null group by ${KEY};`;

/** As the migration before has it. */
const ENDED_BEFORE = `
  create or replace function run_ended_or_reopened() returns trigger language plpgsql as $$
  begin
    new.ended_at := case when new.status in ${ENDED} then new.updated_at end;
    if new.kind = 'execution' and new.ended_at is not null then
      new.known_cost := (select coalesce(sum(known_cost), 0) from run where parent_id = new.id);
    end if;
    return new;
  end $$;`;

export class Migration20261130115727 extends Migration {

  override name = 'Migration20261130115727';

  override up(): void | Promise<void> {
    this.addSql(`create table "counter" ("owner_id" text not null, "scope" text not null, "grain" text not null, "at" timestamptz(6) not null, "subject" text not null, "name" text not null default '', "detail" text not null default '', "bucket" int not null default -1, "count" bigint not null default '0', "failed" bigint not null default '0', "unpriced" bigint not null default '0', "cost" numeric(24,12) not null default '0', "input_tokens" bigint not null default '0', "output_tokens" bigint not null default '0', "duration_ms" numeric(24,3) not null default '0', "timed" bigint not null default '0', "first_token_ms" numeric(24,3) not null default '0', "begun" bigint not null default '0', "score" numeric(24,6) not null default '0', "iterations" bigint not null default '0', primary key ("owner_id", "scope", "grain", "at", "subject", "name", "detail", "bucket"));`);

    this.addSql(`create table "counter_change" ("owner_id" text not null, "id" bigint not null, "session_id" text null, "user_label" text null, "at" timestamptz(6) not null, "subject" text not null, "name" text not null default '', "detail" text not null default '', "bucket" int not null default -1, "count" bigint null, "failed" bigint null, "unpriced" bigint null, "cost" numeric(24,12) null, "input_tokens" bigint null, "output_tokens" bigint null, "duration_ms" numeric(24,3) null, "timed" bigint null, "first_token_ms" numeric(24,3) null, "begun" bigint null, "score" numeric(24,6) null, "iterations" bigint null, primary key ("owner_id", "id"));`);

    this.addSql(`create table "counter_histogram" ("owner_id" text not null, "scope" text not null, "grain" text not null, "at" timestamptz(6) not null, "buckets" int[] not null, "counts" bigint[] not null, "micros" bigint[] not null, primary key ("owner_id", "scope", "grain", "at"));`);

    this.addSql('create sequence counter_change_id cache 50;');
    this.addSql(`alter table counter_change alter column id set default nextval('counter_change_id');`);

    this.addSql(`alter table "run" add "duration_ms" numeric(18,3) null, add "agent_id" text null, add "whole_created_at" timestamptz(6) null;`);
    this.addSql(BUCKET);
    this.addSql(PRESENT_RUNS);
    this.addSql(`create index "run_agent_ended" on "run" ("owner_id", "agent_id", "ended_at" desc) where "agent_id" is not null and "status" in ('completed', 'failed');`);
    this.addSql(`create index "run_agent_busy" on "run" ("owner_id", "agent_id") where "agent_id" is not null and "status" in ('running', 'waiting');`);
    this.addSql(`create index "run_timed" on "run" ("created_at" desc) where "kind" = 'task' and "parent_id" is null and "duration_ms" is not null;`);
    for (const statement of [COLUMNS, PRESENT, COUNT]) this.addSql(statement);
  }

  override down(): void | Promise<void> {
    for (const name of [...Object.keys(FUNCTIONS), 'find_whole', 'duration_bucket'])
      this.addSql(`drop function ${name} cascade;`);
    this.addSql(ENDED_BEFORE);
    this.addSql(`drop table if exists "counter" cascade;`);
    this.addSql(`drop table if exists "counter_change" cascade;`);
    this.addSql(`drop table if exists "counter_histogram" cascade;`);
    this.addSql('drop sequence counter_change_id;');

    this.addSql(`drop index "run_agent_ended";`);
    this.addSql(`drop index "run_agent_busy";`);
    this.addSql(`drop index "run_timed";`);
    this.addSql(`alter table "run" drop column "duration_ms", drop column "agent_id", drop column "whole_created_at";`);
  }

}
