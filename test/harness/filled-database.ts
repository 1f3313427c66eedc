import { inject } from 'vitest';
import { createLog } from '../../src/log.ts';
import { foldCounters } from '../../src/store/analytics/counters/fold-counters.ts';
import { type Database, openDatabase } from '../../src/store/database/database.ts';
import { exclusively, withDatabase } from './suite/postgres.ts';

const RUNS = 100_000;

/** 20 of the owners have 50 sessions of 100 runs each; five events a run, of which four are text. */
const FILL = [
  `insert into app_user (id, email, name) select 'u' || i, i || '@b.c', 'n' from generate_series(1, 2000) as i`,
  `insert into session (id, owner_id, origin, created_at)
   select 's' || i, 'u' || (1 + i % 20), 'graphql', now() - i * interval '1 minute' from generate_series(1, 1000) as i`,
  `insert into thread (id, owner_id, session_id, created_at)
   select 't' || i, 'u' || (1 + i % 1000 % 20), 's' || (1 + (i + 999) % 1000), now() - i * interval '1 second'
   from generate_series(1, 20000) as i`,
  `insert into run (id, kind, owner_id, session_id, origin, status, created_at, duration_ms)
   select 'r' || i, 'task', 'u' || (1 + i % 1000 % 20), 's' || (1 + (i + 999) % 1000), 'graphql', 'completed',
     now() - i * interval '1 second', 1000 + i % 5000 from generate_series(1, ${RUNS}) as i`,
  `insert into task (id, kind, type, title, template_name, prompt, provider, model)
   select id, 'prompt', (array['code', 'test'])[1 + length(id) % 2], 'a title', 'a', 'x', 'demo', 'demo' from run`,
  `insert into model_call (id, run_id, attempt, provider, model, status, cost)
   select 'c' || id, id, 1, 'demo', 'demo', 'completed', 0.1 from run`,
  `insert into run_text (month, run_id, seq, attempt, type, call_id, text)
   select month, id, seq, 1, 'TokensGenerated', 'c', 'x' from run, generate_series(1, 4) as seq`,
  `insert into change (subject_id, owner_id, session_id, kind, type, place, xid)
   select 'c' || i, 'u' || (1 + i % 20), 's' || (1 + i % 1000), 'task', 'deleted', '5', '5'
   from generate_series(1, 20000) as i`,
  `insert into run_event (month, run_id, seq, attempt, type, data, owner_id, session_id, place, xid)
   select month, id, 5, 1, 'ProgressMade', '{"progress": 1}', owner_id, session_id, pg_current_xact_id(), pg_current_xact_id()
   from run`,
  `insert into integration (id, owner_id, origin, platform, name, sealed_credentials, notify_on)
   select 'i' || i, 'u' || (1 + i % 1000), 'graphql', 'slack', 'n', 'x', '{completed,failed,cancelled}'
   from generate_series(1, 2000) as i`,
  `insert into delivery (id, integration_id, run_id, seq, run_end, created_at, status, next_try_at)
   select 'd' || i, 'i' || (1 + i % 20), 'r' || i, 5, '{}', now() - i * interval '1 second', case when i % 101 = 0 then 'pending' else 'delivered' end,
     now() from generate_series(1, 20000) as i`,
  `update task set thread_id = 't7', joined_at = now() where id in (select id from run where owner_id = 'u7')`,
  `insert into legacy_client (id, owner_id, origin, user_agent, requests, created_at)
   select 'l' || i, 'u' || (1 + i % 2000), 'amas', 'a' || i, 1, now() - i * interval '1 second' from generate_series(1, 20000) as i`,
  `insert into api_key (id, owner_id, name, prefix, hash)
   select 'k' || i, 'u' || (1 + i % 2000), 'n', 'p', 'h' || i from generate_series(1, 5000) as i`,
  `insert into retention (owner_id, subject)
   select id, subject from app_user, unnest(array['text', 'events', 'artifacts', 'idempotencyKeys', 'runs']) as subject`,
  `insert into artifact (id, run_id, name, type, media_type, size, sha256, content, is_truncated)
   select id, id, 'a', 'file', 'text/plain', 1, 'x', 'x', false from run`,
  `insert into idempotency_key (owner_id, key, body_hash, run_id) select owner_id, id, 'x', id from run`,
  `insert into dependency (run_id, on_run_id) select 'r' || i, 'r' || (i + 1) from generate_series(1, 19999) as i`,
  `insert into text_ticket (run_id) select 'r' || i from generate_series(1, 20000) as i`,
  `insert into account_usage (owner_id) select id from app_user`,
  `insert into usage_change (owner_id, runs, objects, bytes)
   select 'u' || (1 + i % 2000), 1, 0, 100 from generate_series(1, 100000) as i`,
  `insert into run (id, kind, owner_id, origin, status) values ('b1', 'bulk', 'u7', 'graphql', 'running')`,
  `insert into bulk (id, action, settings) values ('b1', 'cancel', '{}')`,
];

/** Changes of other accounts, which no worker adds up. */
const PENDING = `
  insert into counter_change (owner_id, session_id, at, subject, name, detail, count)
  select 'u' || (1 + i % 2000), 's' || i, date_trunc('hour', now()), 'run', 'task', 'completed', 1
  from generate_series(1, 20000) as i`;

/**
 * A migrated database with 100,000 runs, to be copied. The first test that asks for it fills it, which takes half a minute,
 * and those that ask meanwhile wait.
 * @returns its name
 */
export async function filledTemplate(): Promise<string> {
  const url = inject('postgresUrl');
  const empty = new URL(url).pathname.slice(1);
  const name = `${empty}_filled`;
  await exclusively(url, async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount) return;
    const filling = `${empty}_filling`;
    await client.query(`drop database if exists ${filling}`);
    await client.query(`create database ${filling} template ${empty} strategy file_copy`);
    const database = openDatabase({ url: withDatabase(url, filling), poolMax: 2, log: createLog('error') });
    await fill(database).finally(database.close);
    await client.query(`alter database ${filling} rename to ${name}`);
  });
  return name;
}

async function fill(database: Database): Promise<void> {
  for (const statement of FILL) await database.pool.query(statement);
  while (await foldCounters(database));
  await database.pool.query(PENDING);
  await database.pool.query('vacuum analyze');
}
