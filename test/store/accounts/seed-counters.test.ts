import { expect, test } from 'vitest';
import { foldCounters } from '../../../src/store/analytics/counters/fold-counters.ts';
import { expectExactCounters } from '../../analytics/count-rows.ts';
import { fixture } from '../../harness/fixture.ts';
import { migrateFilled } from '../../harness/migrated-database.ts';

/** The last migration that knows no counters. */
const BEFORE = 'Migration20261130095235';

const TIMES = `created_at, updated_at`;
const AT = `now() - i * interval '50 minutes'`;
const ROWS = [
  `insert into app_user (id, email, name) select 'u' || i, i || '@b.c', 'n' from generate_series(1, 2) as i`,
  `insert into session (id, owner_id, origin, user_label)
   select 's' || i, 'u' || (1 + i % 2), 'graphql', case when i > 2 then 'label' end from generate_series(1, 4) as i`,
  `insert into run (id, kind, owner_id, session_id, origin, blockers, status, ${TIMES})
   select 't' || i, 'task', 'u' || (1 + i % 2), case when i % 3 = 0 then 's' || (2 - i % 2) end, 'graphql', 1,
     (array['completed', 'failed', 'cancelled', 'queued', 'pending'])[1 + i % 5], ${AT}, ${AT} from generate_series(1, 100) as i`,
  `insert into run (id, kind, owner_id, origin, status, ${TIMES})
   select 'e' || i, 'execution', 'u1', 'graphql', 'failed', ${AT}, ${AT} from generate_series(1, 5) as i`,
  `insert into run (id, kind, owner_id, origin, status, parent_id)
   select 'p' || i, 'task', 'u1', 'graphql', 'completed', 'e' || (1 + i % 5) from generate_series(1, 20) as i`,
  `insert into run (id, kind, owner_id, origin, status, session_id, ${TIMES})
   select 'o' || i, 'orchestration', 'u2', 'graphql', case i when 1 then 'running' else 'completed' end, 's3', ${AT}, ${AT}
   from generate_series(1, 9) as i`,
  `insert into task (id, kind, prompt, type, started_at, completed_at)
   select id, case when id like '%5' then 'template' else 'prompt' end, 'x', case when id like '%7' then 'code' end, created_at,
     case when status in ('completed', 'failed', 'cancelled') then created_at + interval '1234.567 ms' * length(id) end
   from run where kind = 'task' and status not in ('queued', 'pending')`,
  `insert into task (id, kind, prompt) select id, 'prompt', 'x' from run where status in ('queued', 'pending')`,
  `insert into execution (id, workflow_id, workflow_name, workflow_version, definition, input, parameters, trigger, started_at,
     completed_at)
   select id, 'w', 'w', 1, '{}', '{}', '{}', 'request', created_at, updated_at from run where kind = 'execution'`,
  `insert into orchestration (id, prompt, domain, candidates, reasoning, evaluation_threshold, max_iterations, result, started_at,
     completed_at)
   select id, 'x', 'coding', '[]', 'x', 8, 5,
     case when status = 'completed' then jsonb_build_object('score', length(id) + 0.5, 'iterations', 2) end, created_at,
     case when status = 'completed' then created_at + interval '3 s' end
   from run where kind = 'orchestration'`,
  `insert into orchestration_round (orchestration_id, iteration, selected, reason, provider, model, score)
   select id, i, '{}', 'x', 'openai', 'm', case i when 1 then 7.25 end from orchestration, generate_series(1, 2) as i`,
  `insert into model_call (id, run_id, attempt, provider, model, status, cost, input_tokens, output_tokens, latency_ms)
   select 'c' || id, id, 1, 'openai', 'm', case when id like '%3' then 'failed' else 'completed' end,
     case when id not like '%4' then 0.000000012345 end, 10, null, 12.3456789 from run where id not like 'e%'`,
];

const database = fixture(() => migrateFilled(BEFORE, ROWS));

const OWNERS = ['u1', 'u2'];

test('what was there before there were counters is counted by the migration, and folded', async () => {
  await expectExactCounters(database, OWNERS);
  while (await foldCounters(database));
  await expectExactCounters(database, OWNERS);
});

test('and when all of it is deleted, nothing is left', async () => {
  for (const table of ['model_call', 'task', 'execution', 'orchestration', 'run'])
    await database.pool.query(`delete from ${table}`);
  while (await foldCounters(database));
  for (const table of ['counter', 'counter_histogram', 'counter_change'])
    expect((await database.pool.query(`select * from ${table}`)).rows).toEqual([]);
});
