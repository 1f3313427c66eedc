import { beforeAll, expect, test, vi } from 'vitest';
import { findReadyBulk } from '../../../src/store/bulk/find-ready.ts';
import { claimNextRun } from '../../../src/store/runs/claims/claim-run.ts';
import { endDeferrals } from '../../../src/store/runs/times/defer-run.ts';
import { expireRuns } from '../../../src/store/runs/times/expire-runs.ts';
import { readWaitingAccounts } from '../../../src/store/workers/waiting-accounts.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';

/** 50 of 2,000 accounts have 200 queued runs each, a tenth of them blocked, beside 100,000 that have ended. */
const FILL = [
  `insert into run (id, kind, owner_id, origin, status, priority, blockers)
   select 'q' || i, 'task', 'u' || (1 + i % 50), 'graphql', 'queued', 1 + i % 10, (i % 11 = 0)::int
   from generate_series(1, 10000) as i`,
  `update run set blockers = 1, deferred_until = now() + interval '1 minute' where status = 'queued' and blockers = 1`,
  `update run set expires_at = now() + interval '1 minute' where status = 'queued' and blockers = 1`,
  `insert into task (id, kind, prompt, provider, model)
   select id, 'prompt', 'x', 'demo', 'demo' from run where status = 'queued'`,
  'analyze',
];

const server = fixture(() => startTestServer({ worker: false, isFilled: true }), { timeoutMs: 240_000 });
beforeAll(async () => {
  for (const statement of FILL) await server.store.database.pool.query(statement);
});

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  Plans?: Plan[];
}

async function planOf(act: () => Promise<unknown>): Promise<Plan[]> {
  const { pool } = server.store.database;
  const spy = vi.spyOn(pool, 'query');
  await act();
  const [{ text, values = [] }] = spy.mock.calls.at(-1) as unknown as [{ text: string; values?: unknown[] }];
  spy.mockRestore();
  const { rows } = await pool.query(`explain (format json) ${text}`, values);
  return nodesOf(rows[0]['QUERY PLAN'][0].Plan);
}

function nodesOf(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

function expectIndex(nodes: readonly Plan[], index = 'run_next'): void {
  expect(nodes.map((node) => node['Index Name'])).toContain(index);
  const whole = nodes.filter((node) => node['Node Type'].includes('Seq Scan'));
  expect(whole.map((node) => node['Relation Name']).filter((table) => table === 'run')).toEqual([]);
}

test.each([false, true])(
  'the best run of an account is found by run_next (isPatient: %s)',
  async (isPatient) => {
    // No such worker is registered, so nothing is claimed.
    const claimer = { workerId: 'none', providers: ['demo' as const] };
    const claim = () =>
      claimNextRun(server.store, ['u7', 'u8'], claimer, { number: 1, isPatient, except: ['q1'] }).catch(
        () => {},
      );
    expectIndex(await planOf(claim));
  },
);

test('the accounts with ready runs are found by run_next', async () => {
  expectIndex(await planOf(() => readWaitingAccounts(server.store.database)));
});

test('deferred runs that are due are found by run_deferred', async () => {
  expectIndex(await planOf(() => endDeferrals(server.store.database)), 'run_deferred');
});

test('bulk operations that are ready are found by run_ready_bulk', async () => {
  expectIndex(await planOf(() => findReadyBulk(server.store.database)), 'run_ready_bulk');
});

test('runs that have not started in time are found by run_expiring', async () => {
  expectIndex(await planOf(() => expireRuns(server.store, () => {})), 'run_expiring');
});
