import { ChangeInUse } from './shared/change-in-use.ts';

/**
 * The triggers of every run, with less work in each: Postgres prepares a statement of a trigger for each of its executions,
 * which takes the longer the more subqueries it has, whether or not they are read. So each reads what it needs by short
 * statements, and only if there is something to read.
 */
const FACTS = 'owner_id, session_id, user_label, at';
const RUN = 'count, duration_ms';
const CALL =
  'count, failed, unpriced, cost, input_tokens, output_tokens, duration_ms, timed, first_token_ms, begun';

const FINISHED = `('completed', 'failed')`;
const ENDED = `('completed', 'failed', 'cancelled')`;

/** The tables of kinds whose runs start when they say so. */
const STARTED = ['task', 'orchestration', 'bulk', 'execution'];

const RUN_ENDED = `
  declare
    started timestamptz;
  begin
    new.ended_at := case when new.status in ${ENDED} then new.updated_at end;
    new.duration_ms := null;
    if new.status in ${FINISHED} then
      ${STARTED.map((table, index) => `${index > 0 ? 'els' : ''}if new.kind = '${table}' then select started_at into started from ${table} where id = new.id;`).join('\n      ')}
      end if;
      -- An execution may begin and end in one statement, before which it has no start.
      if started is null and new.kind = 'execution' and new.attempt > 0 then started := new.updated_at; end if;
      new.duration_ms := round(1000 * extract(epoch from greatest(new.updated_at, started) - started), 3);
    end if;
    if new.kind = 'execution' and new.ended_at is not null then
      new.known_cost := (select coalesce(sum(known_cost), 0) from run where parent_id = new.id);
    end if;
    return new;
  end`;

const LABEL = (session: string) => `
    if ${session} is not null then select user_label into label from session where id = ${session}; end if;`;

/** A run that is not a part. */
const COUNT_RUN = `
  declare
    label text;
    hour timestamptz := date_trunc('hour', new.created_at, 'UTC');
  begin${LABEL('new.session_id')}
    if tg_op = 'INSERT' then
      insert into counter_change (${FACTS}, subject, name, detail, bucket, ${RUN})
      values (new.owner_id, new.session_id, label, hour, 'run', new.kind, new.status, duration_bucket(new.duration_ms),
        1, coalesce(new.duration_ms, 0));
    else
      insert into counter_change (${FACTS}, subject, name, detail, bucket, ${RUN}) values
        (new.owner_id, new.session_id, label, hour, 'run', new.kind, old.status, duration_bucket(old.duration_ms),
          -1, -coalesce(old.duration_ms, 0)),
        (new.owner_id, new.session_id, label, hour, 'run', new.kind, new.status, duration_bucket(new.duration_ms),
          1, coalesce(new.duration_ms, 0));
    end if;
    return null;
  end`;

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

const countCall = (sums: readonly string[]) => `
  declare
    of_owner text;
    of_session text;
    label text;
    hour timestamptz;
  begin
    select owner_id, session_id, date_trunc('hour', coalesce(whole_created_at, created_at), 'UTC')
    into of_owner, of_session, hour from run where id = new.run_id;
    if not found then return null; end if;${LABEL('of_session')}
    insert into counter_change (${FACTS}, subject, name, detail, ${CALL})
    values (of_owner, of_session, label, hour, 'call', new.provider, new.model, ${sums.join(', ')});
    return null;
  end`;

/** The first characters of the texts of a run together, as in `search_run`. */
const SEARCHED = 20_000;
const TEXT = `left(${['title', 'description', 'prompt']
  .map((column) => `coalesce(left(new.${column}, ${SEARCHED}), '')`)
  .join(` || ' ' || `)}, ${SEARCHED})`;

/** As in `search_run`. */
const TASK_FACETS = [
  ['week', 'run_week(made.created_at)::text'],
  ['origin', 'made.origin'],
  ['session', 'made.session_id'],
  ['ended', `case when made.status in ('failed', 'cancelled') then made.status end`],
  ['error', `case when made.status = 'failed' then new.error ->> 'code' end`],
  ['type', 'new.type'],
  ['agent', 'new.agent_id'],
  ['kind', 'new.kind'],
  ['template', 'new.template_name'],
  ['thread', 'new.thread_id'],
  ['model', 'new.model'],
  ['model', `new.provider || '/' || new.model`],
  ...['type', 'title', 'description', 'target'].map((name) => [
    'having',
    `case when new.${name} is not null then '${name}' end`,
  ]),
].map(([name, value]) => `run_facet(listed, '${name}', ${value})`);

const COUNT_TYPE = `
    if made.parent_id is null and (new.kind <> 'prompt' or new.type is not null) then${LABEL('made.session_id')}
      insert into counter_change (${FACTS}, subject, name, detail, count)
      values (made.owner_id, made.session_id, label, date_trunc('hour', made.created_at, 'UTC'), 'type', new.kind,
        coalesce(new.type, ''), 1);
    end if;`;

/** Its words and facets and, beside them, its type: its row of `run` is read once. */
const newTask = (count: string) => `
  declare
    made record;
    listed bigint;
    marks bigint[];
    label text;
  begin
    select owner_id, kind, parent_id, session_id, origin, status, tags, created_at into made from run where id = new.id;${count}
    listed := run_scope(made.owner_id, made.kind, made.parent_id);
    marks := array_remove(array[${TASK_FACETS.join(', ')}], null);
    if made.tags <> '{}' then
      marks := marks || array(select run_facet(listed, 'tag', tag) from unnest(made.tags) as tag);
    end if;
    insert into run_search (run_id, owner_id, kind, is_part, created_at, facets, words)
    values (new.id, made.owner_id, made.kind, made.parent_id is not null, made.created_at, marks, run_words(${TEXT}));
    return null;
  end`;

const functionSql = (name: string, body: string) =>
  `create or replace function ${name}() returns trigger language plpgsql as $$${body} $$;`;

const FUNCTIONS = {
  run_ended_or_reopened: RUN_ENDED,
  count_run: COUNT_RUN,
  count_call: countCall(callSums('new')),
  recount_call: countCall(CHANGED_CALL),
  search_new_task: newTask(COUNT_TYPE),
};

const UP = `
  ${Object.entries(FUNCTIONS).map(([name, body]) => functionSql(name, body)).join('\n  ')}
  -- What a new task adds to searches counts its type as well.
  drop function count_type cascade;
  -- Lists are read by run_search_newest, which no update of a run changes.
  drop index "run_owner_whole";`;

/** The others do what those before them did. */
const DOWN = `
  ${functionSql('search_new_task', newTask(''))}
  create function count_type() returns trigger language plpgsql as $$
  begin
    insert into counter_change (${FACTS}, subject, name, detail, count)
    select run.owner_id, run.session_id, (select user_label from session where id = run.session_id),
      date_trunc('hour', run.created_at, 'UTC'), 'type', new.kind, coalesce(new.type, ''), 1
    from run where run.id = new.id and parent_id is null;
    return null;
  end $$;
  create trigger task_counted after insert on task for each row
    when (new.kind <> 'prompt' or new.type is not null) execute function count_type();`;

export class Migration20261130153342 extends ChangeInUse {

  override name = 'Migration20261130153342';

  override async up(): Promise<void> {
    if (await this.has(`to_regproc('count_type') is null`)) return;
    await this.whileInUse(['run', 'task'], UP);
  }

  override down(): void | Promise<void> {
    this.addSql(DOWN);
    this.addSql(`create index "run_owner_whole" on "run" ("owner_id", "kind", "created_at" desc, "id" desc) where "parent_id" is null;`);
  }

}
