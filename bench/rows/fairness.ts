import { setTimeout as wait } from 'node:timers/promises';
import { quantile } from '../measure/quantile.ts';
import { interleave } from '../measure/rounds.ts';
import { query } from '../postgres.ts';
import { newAccount, type Server } from '../server.ts';
import type { Stage } from '../stage.ts';
import type { Row } from './row.ts';

const QUICK = 'demo@tokens=1,itl=0';
/** Takes so long that a queue stays full while it is measured. */
const SLOW = 'demo@tokens=10,itl=100';
const LANES = 64;
const QUEUED = 5_000;

export const fairness: Row = {
  title: 'an account with little to do beside one with 5,000 queued tasks of priority 10',
  async run(stage) {
    const server = await stage.polyphony();
    const [big, some, small] = [
      await account(server, 'big'),
      await account(server, 'some'),
      await account(server, 'small'),
    ];
    const count = stage.quick ? 500 : 1000;
    const loads = [
      { ...big, count: count - 51, priority: 10 },
      { ...some, count: 50, priority: 1 },
      { ...small, count: 1, priority: 1 },
    ];
    const mixed = () => complete(stage, loads);
    const alone = () => complete(stage, [{ ...big, count, priority: 10 }]);
    await interleave(1, mixed, alone);
    const rounds = await interleave(stage.quick ? 3 : 7, mixed, alone);
    const waits = await waitsBeside(stage, big, small);
    return [
      {
        what: 'three accounts against the same load of one, completed',
        unit: '/s',
        ours: rounds.ours,
        baseline: rounds.baseline,
        comparison: 'ratio',
        target: { of: 'comparison', bound: 'least', value: 0.95 },
      },
      waited('p50', quantile(waits, 0.5)),
      { ...waited('longest', Math.max(...waits)), target: { of: 'ours', bound: 'most', value: 1000 } },
    ];
  },
};

const waited = (which: string, milliseconds: number) => ({
  what: `created to started beside ${QUEUED} queued ones, ${which}`,
  unit: 'ms',
  ours: [milliseconds],
  baseline: [],
  comparison: 'difference' as const,
});

async function account(server: Server, name: string): Promise<Server> {
  return { ...server, ...(await newAccount(server, name)) };
}

type Load = Server & { count: number; priority: number };

/** @returns tasks per second, from the first creation to the last completion. */
async function complete(stage: Stage, loads: readonly Load[]): Promise<number> {
  const { databaseUrl } = loads[0]!;
  const [last] = await query<{ at: Date }>(databaseUrl, 'select clock_timestamp() as at');
  const total = loads.reduce((sum, { count }) => sum + count, 0);
  await stage.during('row 8', async () => {
    const lanes = (count: number) => Math.max(1, Math.round((LANES * count) / total));
    await Promise.all(
      loads.map((load) =>
        stage.load.call('createTasks', { ...load, lanes: lanes(load.count), model: QUICK }),
      ),
    );
    while (await hasUnfinished(databaseUrl)) await wait(20);
  });
  const [row] = await query<{ seconds: number }>(
    databaseUrl,
    `select extract(epoch from max(task.completed_at) - min(run.created_at))::float8 as seconds
     from run join task on task.id = run.id where run.created_at > $1`,
    [last!.at],
  );
  return total / row!.seconds;
}

async function hasUnfinished(databaseUrl: string): Promise<boolean> {
  const text = `select exists (select from run where status in ('queued', 'running')) as found`;
  const [row] = await query<{ found: boolean }>(databaseUrl, text);
  return row!.found;
}

const SAMPLES = 20;

/** Milliseconds from creation to start of each task of `small`, one at a time. */
async function waitsBeside(stage: Stage, big: Server, small: Server): Promise<number[]> {
  const lanes = { lanes: LANES, priority: 10 };
  await stage.load.call('createTasks', { ...big, ...lanes, count: QUEUED + 3_000, model: SLOW });
  const waits: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const [before] = await query<{ queued: number }>(
      big.databaseUrl,
      `select count(*)::int as queued from run where owner_id = $1 and status = 'queued'`,
      [big.ownerId],
    );
    if (before!.queued < QUEUED)
      await stage.load.call('createTasks', { ...big, ...lanes, count: 500, model: SLOW });
    await stage.load.call('createTask', { ...small, model: QUICK });
    waits.push(await waitOfLast(small));
  }
  await query(
    big.databaseUrl,
    `update run set status = 'cancelled' where owner_id = $1 and status = 'queued'`,
    [big.ownerId],
  );
  while (await hasUnfinished(big.databaseUrl)) await wait(50);
  return waits;
}

async function waitOfLast({ databaseUrl, ownerId }: Server): Promise<number> {
  for (;;) {
    const [row] = await query<{ milliseconds: number | null }>(
      databaseUrl,
      `select extract(epoch from task.started_at - run.created_at)::float8 * 1000 as milliseconds
       from run join task on task.id = run.id where run.owner_id = $1 order by run.created_at desc limit 1`,
      [ownerId],
    );
    if (row && row.milliseconds !== null) return row.milliseconds;
    await wait(10);
  }
}
