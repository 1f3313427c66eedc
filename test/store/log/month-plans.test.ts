import pg from 'pg';
import { beforeAll, expect, test, vi } from 'vitest';
import { attemptStart, readEvents } from '../../../src/store/log/event-log.ts';
import { readEventPages } from '../../../src/store/log/event-pages.ts';
import {
  readLatestTextCall,
  readTextStart,
  readTexts,
} from '../../../src/store/log/generated-text/read-text.ts';
import { listMonths } from '../../../src/store/log/months.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';

const server = fixture(() => startTestServer({ worker: false }));
const database = () => server.store.database;

/** Runs of each month that has a partition, the first of which is that of runs from before. */
const FILL = [
  `insert into app_user (id, email, name) select 'u' || i, i || '@b.c', 'n' from generate_series(1, 20) as i`,
  `insert into run (id, month, kind, owner_id, origin, status)
   select 'r' || position || '-' || i, month::date, 'task', 'u' || (1 + i % 20), 'graphql', 'completed'
   from unnest($1::text[]) with ordinality as made(month, position), generate_series(1, 1000) as i`,
  `insert into run_text (month, run_id, seq, attempt, type, call_id, text)
   select month, id, 1 + seq, 1, 'TokensGenerated', 'c', 'x' from run, generate_series(1, 4) as seq`,
  `insert into run_event (month, run_id, seq, attempt, type, data, owner_id, place, xid)
   select month, id, 1, 1, 'ModelCallStarted', '{"callId": "c"}', owner_id, pg_current_xact_id(), pg_current_xact_id()
   from run`,
];

beforeAll(async () => {
  const { pool } = database();
  const months = (await listMonths(database())).filter(({ table }) => table === 'run_event');
  for (const statement of FILL)
    await pool.query(statement, statement.includes('$1') ? [months.map(({ month }) => month)] : []);
  await pool.query('vacuum analyze');
}, 120_000);

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Loops': number;
  Plans?: Plan[];
}

function nodesOf(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

function literalOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return pg.escapeLiteral(`{${value.join(',')}}`);
  return pg.escapeLiteral(String(value));
}

/** What Postgres does for a prepared statement that is executed often, whose plan is the same for all values. */
async function executed(act: () => Promise<unknown>): Promise<Plan[]> {
  const spy = vi.spyOn(database().pool, 'query');
  await act();
  const { text, values } = spy.mock.calls.at(-1)![0] as unknown as { text: string; values: unknown[] };
  spy.mockRestore();
  const client = await database().pool.connect();
  await client.query('begin; set local plan_cache_mode = force_generic_plan');
  await client.query(`prepare asked as ${text}`);
  const explain = `explain (analyze, format json) execute asked(${values.map(literalOf).join(', ')})`;
  const { rows } = await client.query(explain);
  await client.query('rollback; deallocate asked');
  client.release();
  return nodesOf(rows[0]['QUERY PLAN'][0].Plan);
}

const position = { runId: 'r2-7', seq: 5 };
const READERS: [what: string, ask: () => Promise<unknown>][] = [
  ['the log of a run', () => readEvents(database(), 'r2-7', 2)],
  [
    'a page of the logs of some runs',
    () => readEventPages(database(), ['r2-7', 'r2-8'], { after: 1, limit: 3, types: null }),
  ],
  ['where its attempt begins', () => attemptStart(database(), 'r2-7')],
  ['the text of a run', () => readTexts(database(), 'TokensGenerated', [position])],
  ['where its text begins', () => readTextStart(database(), position)],
  ['its latest text', () => readLatestTextCall(database(), position)],
];

test.each(READERS)('%s is read in its own month', async (_, ask) => {
  const [, own] = await listMonths(database()).then((months) => [
    ...new Set(months.map(({ month }) => month)),
  ]);
  const suffix = own!.slice(0, 7).replace('-', '_');
  const nodes = (await executed(ask)).filter((node) =>
    /^run_(event|text)_/.test(node['Relation Name'] ?? ''),
  );
  const read = nodes.filter((node) => node['Actual Loops'] > 0 && /Scan/.test(node['Node Type']));
  expect(read.length).toBeGreaterThan(0);
  for (const node of read) expect(node['Relation Name']).toMatch(suffix);
});
