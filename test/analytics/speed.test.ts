import type pg from 'pg';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { readAnalytics } from '../../src/store/analytics/analytics.ts';
import { foldCounters } from '../../src/store/analytics/counters/fold-counters.ts';
import type { AnalyticsScope } from '../../src/store/analytics/scope.ts';
import { readTaskTotals } from '../../src/store/tasks/totals.ts';
import { readInstallation } from '../../src/store/workers/installation-report.ts';
import { readQueue } from '../../src/store/workers/queue-report.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';

/** 90 days of 20 accounts: 50,000 runs with 200,000 model calls, a thousand of them queued. */
const FILL = [
  `insert into app_user (id, email, name) select 'u' || i, i || '@b.c', 'n' from generate_series(1, 20) as i`,
  `insert into session (id, owner_id, origin, user_label)
   select 's' || i, 'u' || (1 + i % 20), 'graphql', 'label' || (i % 500) from generate_series(1, 5000) as i`,
  `insert into run (id, kind, owner_id, session_id, origin, status, created_at, updated_at)
   select 'r' || i, case when i % 10 = 9 then 'orchestration' else 'task' end, 'u' || (1 + i % 20),
     's' || (1 + (i + 4999) % 5000), 'graphql',
     case when i % 50 = 0 then 'queued' when i % 7 = 0 then 'failed' else 'completed' end, at, at
   from generate_series(1, 50000) as i, lateral (select now() - i * interval '2.6 minutes' as at) as made`,
  `insert into task (id, kind, prompt, provider, model, started_at, completed_at)
   select id, 'prompt', repeat('x', 1500), 'demo', 'demo', created_at, created_at + interval '3 seconds'
   from run where kind = 'task'`,
  `insert into orchestration (id, prompt, candidates, reasoning, evaluation_threshold, max_iterations, started_at,
     completed_at, result)
   select id, 'x', '[]', 'x', 8, 5, created_at, created_at + interval '30 seconds', '{"score": 8, "iterations": 2}'
   from run where kind = 'orchestration'`,
  `insert into orchestration_round (orchestration_id, iteration, selected, reason, provider, model, score)
   select id, i, '{}', 'x', 'openai', 'm1', 5 + i from run, generate_series(1, 2) as i where kind = 'orchestration'`,
  `insert into model_call (id, run_id, attempt, provider, model, status, cost, input_tokens, output_tokens,
     started_at, latency_ms, time_to_first_token_ms)
   select id || '-' || i, id, 1, 'openai', 'm' || i, 'completed', 0.001, 100, 10, created_at, 1000, 100
   from run, generate_series(1, 4) as i`,
  'analyze',
];

const server = fixture(() => startTestServer({ worker: false }));
beforeAll(async () => {
  for (const statement of FILL) await server.store.database.pool.query(statement);
  while (await foldCounters(server.store.database));
  await server.store.database.pool.query('vacuum analyze counter, counter_change');
}, 240_000);

const DAY_MS = 86_400_000;
const lastDays = (days: number) => ({ from: new Date(Date.now() - days * DAY_MS), to: new Date() });
const month: AnalyticsScope = { ownerId: 'u7', sessionId: null, userLabel: null, window: lastDays(30) };

/** In milliseconds; the best of several, as others use the machine, too. */
async function bestTime(act: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 10; i += 1) {
    const from = performance.now();
    await act();
    times.push(performance.now() - from);
  }
  return Math.min(...times);
}

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  Plans?: Plan[];
}

async function planOf(act: () => Promise<unknown>): Promise<Plan[]> {
  const spy = vi.spyOn(server.store.database.pool, 'query');
  await act();
  const [{ text, values }] = spy.mock.calls.at(-1) as unknown as [pg.QueryConfig];
  spy.mockRestore();
  const { rows } = await server.store.database.pool.query(`explain (format json) ${text}`, values);
  return nodesOf(rows[0]['QUERY PLAN'][0].Plan);
}

function nodesOf(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

describe.each([
  { given: "an account's month", scope: month, indexes: ['counter_pkey', 'run_search_newest'], limit: 100 },
  {
    given: 'a label of it',
    scope: { ...month, userLabel: 'label26' },
    indexes: ['counter_pkey', 'session_owner_label'],
    limit: 100,
  },
  {
    given: 'a session',
    scope: { ...month, window: null, sessionId: 's6' },
    indexes: ['counter_pkey', 'run_session_created'],
    limit: 100,
  },
])('analytics of $given', ({ scope, indexes, limit }) => {
  const act = () => readAnalytics(server.store.database, scope);

  test('read what is wanted by its indexes, and nothing of others', async () => {
    const plan = await planOf(act);
    expect(plan.map((node) => node['Index Name'])).toEqual(expect.arrayContaining(indexes));
    const whole = plan
      .filter((node) => node['Node Type'] === 'Seq Scan')
      .map((node) => node['Relation Name']);
    expect(whole).not.toContain('run');
    expect(whole).not.toContain('model_call');
    expect(whole).not.toContain('task');
  });

  test(`take less than ${limit} ms`, async () => {
    expect((await act()).modelCalls).toBeGreaterThan(0);
    expect(await bestTime(act)).toBeLessThan(limit);
  });
});

test.each([
  { given: 'the queue', act: () => readInstallation(server.store.database), limit: 50 },
  { given: "an account's queue", act: () => readQueue(server.store.database, 'u7'), limit: 50 },
  { given: "an account's tasks", act: () => readTaskTotals(server.store.database, 'u7'), limit: 100 },
  { given: 'all tasks', act: () => readTaskTotals(server.store.database, null), limit: 150 },
])('$given are counted in less than $limit ms', async ({ act, limit }) => {
  expect(await bestTime(act)).toBeLessThan(limit);
});
