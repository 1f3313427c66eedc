/**
 * What an account leaves in a year, the latest run last. Of every fifty runs one is an execution with two parts, which
 * are tasks of a template, and one an orchestration; whole tasks of a template there are none. A tenth of the runs is in
 * one session, a fifth in none, and the others are in 999. One in 20 failed, one in 10,000 was cancelled, one in
 * 100,000 waits to be executed, and none is running.
 *
 * `$1` is the owner, `$2` begins the ids, `$3` is the number of runs, `$4` and `$5` are the first and the last of a part.
 */
const RUN = `generate_series($4::int, $5::int) as i, lateral (
    select $1::text as owner, $2::text || i as id, now() - ($3::int - i) * (interval '365 days' / $3::int) as at,
      case i % 50 when 0 then 'orchestration' when 1 then 'execution' else 'task' end as run_kind,
      case when i % 50 in (2, 3) then $2::text || (i / 50 * 50 + 1) end as part_of,
      case when i % 10 = 0 then $2::text || 'session-0' when i % 10 < 8 then $2::text || 'session-' || 1 + i / 10 % 999 end as in_session,
      case when i % 10000 = 5005 then 'cancelled' when i % 100000 = 54321 then 'pending'
        when i % 20 = 7 then 'failed' else 'completed' end as run_status
  ) as made`;

/** Some words are in every run, some in half of them, one in 10,000, and the others are as rare as those of a language. */
const PROMPT = `'Find out why the ' || case when i % 2 = 0 then 'even' else 'odd' end || ' part fails'
    || case when i % 10000 = 4804 then ' needle' else '' end
    || (select string_agg(' word' || (power(random(), 4) * 30000)::int, '') from generate_series(1, 40) where i > 0)`;

const ERROR = `case when run_status = 'failed' then jsonb_build_object('message', 'It failed.',
    'code', case when i % 20000 = 7 then 'WORKER_LOST' else 'PROVIDER_UNAVAILABLE' end) end`;

const ENDED_AT = `case when run_status <> 'pending' then at + interval '9 seconds' end`;

/** Of the run's creation. */
const MONTH = `date_trunc('month', at at time zone 'utc')::date`;

/** Once for an account, before its runs. */
export const BEFORE_RUNS = [
  `insert into session (id, owner_id, origin, name, user_label, created_at)
   select $2::text || 'session-' || i, $1, 'graphql', 'Session ' || i, 'user ' || i % 50,
     now() - interval '366 days' + i * interval '1 minute' from generate_series(0, least(999, $3::int - 1)) as i`,
  `insert into thread (id, owner_id, title, created_at)
   select $2::text || 'thread-' || i, $1, 'A thread', now() - interval '366 days' + i * interval '1 second'
   from generate_series(0, $3::int / 100) as i`,
];

/** For each part of the runs. */
export const RUNS = [
  `insert into run (id, month, kind, owner_id, session_id, origin, status, priority, attempt, last_seq, parent_id,
     has_dependents, tags, ended_at, known_cost, bytes, counted_bytes, created_at, updated_at)
   select id, ${MONTH}, run_kind, owner, in_session,
     (array['graphql', 'graphql', 'graphql', 'graphql', 'themachine', 'amas', 'mini-devin'])[1 + i % 7], run_status,
     1 + i % 10, 1, 2, part_of, part_of is not null,
     case when i % 4 = 0 then array['tag-' || i % 7] when i % 10000 = 4803 then array['rare'] else '{}' end,
     ${ENDED_AT}, i % 100 / 1000.0, 2000, 2000, at, coalesce(${ENDED_AT}, at)
   from ${RUN}`,
  `insert into task (id, kind, type, title, description, target, prompt, provider, model, template_name,
     template_version, thread_id, joined_at, agent_id, progress, iterations, result, error, started_at, completed_at)
   select id, case when part_of is not null then 'template' when i % 3 = 0 then 'agent' else 'prompt' end,
     case when i % 5000 = 11 then 'design' else
       (array['code', 'code', 'code', 'code', 'test', 'test', 'analysis', 'security', null, null])[1 + i / 7 % 10] end,
     case when i % 4 > 0 then 'Task ' || i end, case when i % 3 > 0 then 'What is to be done in ' || i end,
     case when i % 5 = 0 then 'example.com' end, ${PROMPT}, 'openai',
     case when i % 10000 = 4802 then 'o3' when i % 3 = 0 then 'gpt-4.1' else 'gpt-4o' end,
     case when part_of is not null then 'nightly' end, case when part_of is not null then 1 end,
     case when i % 10 = 4 then $2 || 'thread-' || i / 100 end, case when i % 10 = 4 then at end,
     case when i % 3 = 0 then agents.ids[1 + i / 3 % cardinality(agents.ids)] end,
     1, 2, case when run_status = 'completed' then jsonb_build_object('success', true, 'summary', 'It is done.',
       'output', repeat('What came of it. ', 20), 'model', 'gpt-4o', 'provider', 'openai', 'finishReason', 'stop') end,
     ${ERROR}, case when run_status <> 'pending' then at + interval '1 second' end, ${ENDED_AT}
   from ${RUN}, (select array_agg(id order by id) as ids from agent where owner_id is null) as agents
   where run_kind = 'task'`,
  `insert into execution (id, workflow_id, workflow_name, workflow_version, definition, input, parameters, trigger,
     progress, error, started_at, completed_at)
   select id, $2 || 'workflow-' || i / 50 % 20, 'Nightly report ' || i / 50 % 20, 1,
     '{"steps": [], "timeoutSeconds": null}', '{}', '{}', 'request', 1, ${ERROR}, at, ${ENDED_AT}
   from ${RUN} where run_kind = 'execution'`,
  `insert into orchestration (id, prompt, domain, candidates, reasoning, evaluation_threshold, max_iterations, progress,
     error, started_at, completed_at)
   select id, ${PROMPT}, case when i % 3 = 0 then 'coding' end, '[]', 'The only one.', 8, 5, 1, ${ERROR}, at, ${ENDED_AT}
   from ${RUN} where run_kind = 'orchestration'`,
  `insert into orchestration_round (orchestration_id, iteration, selected, reason, provider, model, score)
   select id, round, '{}', 'The best one.', 'openai', 'gpt-4o', 5 + round
   from ${RUN}, generate_series(1, 2) as round where run_kind = 'orchestration'`,
  `insert into model_call (id, run_id, attempt, provider, model, status, cost, input_tokens, output_tokens, started_at,
     latency_ms, time_to_first_token_ms)
   select id || '-1', id, 1, 'openai', case when i % 3 = 0 then 'gpt-4.1' else 'gpt-4o' end, 'completed',
     i % 100 / 1000.0, 100 + i % 900, 10 + i % 90, at, 1000 + i % 5000, 100 + i % 500
   from ${RUN} where run_kind <> 'execution'`,
  `insert into run_text (month, run_id, seq, attempt, type, call_id, text, at)
   select ${MONTH}, id, 1, 1, 'TokensGenerated', '1', 'What came of it.', at from ${RUN}`,
  `insert into run_event (month, run_id, seq, attempt, type, data, at, owner_id, session_id, place, xid)
   select ${MONTH}, id, 2, 1, 'ProgressMade', '{"progress": 1}', at, owner, in_session, pg_current_xact_id(), pg_current_xact_id()
   from ${RUN}`,
];

/** Once, after the runs: what reading the usage of an account does, which would take long for a million rows. */
export const AFTER_RUNS = `
  with changed as (delete from usage_change where owner_id = $1 returning *)
  insert into account_usage (owner_id, runs, objects, bytes)
  select owner_id, sum(runs), sum(objects), sum(bytes) from changed group by owner_id
  on conflict (owner_id) do update set runs = account_usage.runs + excluded.runs,
    objects = account_usage.objects + excluded.objects, bytes = account_usage.bytes + excluded.bytes`;
