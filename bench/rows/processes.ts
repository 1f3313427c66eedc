import { setTimeout as wait } from 'node:timers/promises';
import { quantile } from '../measure/quantile.ts';
import { type Pairs, startPairs } from '../pairs.ts';
import { query } from '../postgres.ts';
import type { Line } from '../report.ts';
import type { Stage } from '../stage.ts';
import type { Row } from './row.ts';

/** Generates one word at once, without a network, so that only Polyphony's own work is measured. */
const QUICK = 'demo@tokens=1,itl=0';
/** Holds its slot for three seconds and costs as little as a quick one. */
const SLOW = 'demo@tokens=2,itl=3000';
const LANES = 48;
const COUNTS = [1, 2, 4] as const;

export const processes: Row = {
  title: '1, 2 and 4 pairs of an API and a worker on one Postgres and one Redis, with and without pgbouncer',
  name: 'processes',
  async run(stage) {
    const lines: Line[] = [];
    let alone: Figures[] | null = null;
    for (const isPooled of [false, true]) {
      for (const count of COUNTS) {
        const name = `${count} ${count === 1 ? 'pair' : 'pairs'}${isPooled ? ', pgbouncer' : ''}`;
        const measured = await measure(stage, count, isPooled);
        // It takes long: what is measured is shown before the end.
        for (const { what, unit, ours } of linesOf(name, measured, []))
          process.stderr.write(`  ${what}: ${ours.map((value) => value.toFixed(1)).join(', ')} ${unit}\n`);
        alone ??= measured;
        lines.push(...linesOf(name, measured, measured === alone ? [] : alone));
      }
    }
    return lines;
  },
};

const UNITS = {
  'created and completed': '/s',
  'CPU of the APIs for a run': 'µs',
  'CPU of the workers for a run': 'µs',
  'CPU of Postgres for a run': 'µs',
  'log of Postgres for a run': 'kB',
  'disk for a run': 'kB',
  'CPU of the workers for a token': 'µs',
  'CPU of Postgres for a token': 'µs',
  'log of Postgres for a token': 'bytes',
  'disk for a token': 'bytes',
  'created to started by an idle worker, p50': 'ms',
  'created to started by an idle worker, longest': 'ms',
  'starts of the account with fewest of three that wait, of a third': '%',
  'connections to Postgres, most': '',
  'memory of an API': 'MB',
  'memory of a worker': 'MB',
};
type Figures = Record<keyof typeof UNITS, number>;

function linesOf(name: string, ours: readonly Figures[], alone: readonly Figures[]): Line[] {
  const names = Object.keys(UNITS) as (keyof Figures)[];
  return names.map((figure) => ({
    what: `${name}: ${figure}`,
    unit: UNITS[figure],
    ours: ours.map((figures) => figures[figure]),
    baseline: alone.map((figures) => figures[figure]),
    comparison: 'ratio',
  }));
}

async function measure(stage: Stage, count: number, isPooled: boolean): Promise<Figures[]> {
  const pairs = await startPairs(stage, count, isPooled);
  try {
    // Plans, compiled code and connections.
    await complete(stage, pairs, 300);
    const fairness = await fairnessOf(stage, pairs);
    const rounds: Figures[] = [];
    for (let round = 0; round < (stage.quick ? 1 : 3); round += 1) {
      const wakeUps = await startsOfIdleWorkers(stage, pairs);
      const completed = await complete(stage, pairs, stage.quick ? 300 : 900);
      rounds.push({
        ...completed,
        ...(await tokensOf(stage, pairs, completed)),
        'created to started by an idle worker, p50': quantile(wakeUps, 0.5),
        'created to started by an idle worker, longest': Math.max(...wakeUps),
        'starts of the account with fewest of three that wait, of a third': fairness,
        'memory of an API': pairs.memory('api'),
        'memory of a worker': pairs.memory('worker'),
      });
    }
    return rounds;
  } finally {
    await pairs.stop();
  }
}

type Completed = Pick<Figures, 'created and completed' | 'connections to Postgres, most'> & Cost;
type Cost = Pick<Figures, Extract<keyof Figures, `${string} for a run`>>;

/** Runs of three accounts, each created through an API of its own if there are as many. */
async function complete(stage: Stage, pairs: Pairs, count: number, model = QUICK): Promise<Completed> {
  const { databaseUrl } = pairs;
  const before = { ...(await readState(databaseUrl)), cpu: pairs.cpu() };
  let connections = 0;
  const accounts = Object.values(pairs.accounts);
  const load = { count: count / accounts.length, lanes: LANES / accounts.length, model };
  await stage.during('row 14', async () => {
    const created = Promise.all(
      accounts.map((account) => stage.load.call('createTasks', { ...account, ...load })),
    );
    while (await hasUnfinished(pairs, created)) {
      connections = Math.max(connections, await pairs.connections());
      await wait(50);
    }
  });
  const after = { ...(await readState(databaseUrl)), cpu: pairs.cpu() };
  const [row] = await query<{ count: number; seconds: number }>(
    databaseUrl,
    `select count(*)::int, extract(epoch from max(task.completed_at) - min(run.created_at))::float8 as seconds
     from run join task on task.id = run.id where run.created_at > $1 and run.status = 'completed'`,
    [before.at],
  );
  if (row!.count !== count) throw new Error(`${row!.count} of ${count} runs were completed`);
  const each = (member: keyof typeof before.cpu) => (after.cpu[member] - before.cpu[member]) / count;
  return {
    'created and completed': count / row!.seconds,
    'CPU of the APIs for a run': each('api'),
    'CPU of the workers for a run': each('worker'),
    'CPU of Postgres for a run': each('postgres'),
    'log of Postgres for a run': (after.log - before.log) / 1024 / count,
    'disk for a run': (after.disk - before.disk) / 1024 / count,
    'connections to Postgres, most': connections,
  };
}

const TOKENS = 200;

/** What a token adds to a run, without readers: of 60 runs that generate 50 a second each. */
async function tokensOf(stage: Stage, pairs: Pairs, ofRun: Cost) {
  const cost = await complete(stage, pairs, 60, `demo@tokens=${TOKENS + 1},itl=20`);
  const added = (figure: keyof Cost) => (cost[figure] - ofRun[figure]) / TOKENS;
  return {
    'CPU of the workers for a token': added('CPU of the workers for a run'),
    'CPU of Postgres for a token': added('CPU of Postgres for a run'),
    'log of Postgres for a token': added('log of Postgres for a run') * 1024,
    'disk for a token': added('disk for a run') * 1024,
  };
}

/** The clock of the database, and the bytes that it has written and holds. */
async function readState(databaseUrl: string) {
  const [row] = await query<{ at: Date; log: number; disk: number }>(
    databaseUrl,
    `select clock_timestamp() as at, (pg_current_wal_insert_lsn() - '0/0')::float8 as log,
       pg_database_size(current_database())::float8 as disk`,
  );
  return row!;
}

async function hasUnfinished({ databaseUrl }: Pairs, created: Promise<unknown>): Promise<boolean> {
  const isCreating = await Promise.race([created.then(() => false), wait(0, true)]);
  const text = `select exists (select from run where status in ('queued', 'running')) as found`;
  const [row] = await query<{ found: boolean }>(databaseUrl, text);
  return isCreating || row!.found;
}

const SAMPLES = 20;

/** Milliseconds from creation to start, one at a time: each wakes a worker in another process. */
async function startsOfIdleWorkers(stage: Stage, { apis, accounts, databaseUrl }: Pairs): Promise<number[]> {
  const { token, ownerId } = accounts.small;
  const waits: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const { url } = apis[sample % apis.length]!;
    await stage.load.call('createTask', { url, token, model: QUICK });
    waits.push(await waitOfLast(databaseUrl, ownerId));
  }
  return waits;
}

async function waitOfLast(databaseUrl: string, ownerId: string): Promise<number> {
  for (;;) {
    const [row] = await query<{ milliseconds: number | null }>(
      databaseUrl,
      `select case when run.status = 'completed' then
         extract(epoch from task.started_at - run.created_at)::float8 * 1000 end as milliseconds
       from run join task on task.id = run.id where run.owner_id = $1 order by run.created_at desc limit 1`,
      [ownerId],
    );
    if (row && row.milliseconds !== null) return row.milliseconds;
    await wait(10);
  }
}

const OF_BIG = 600;
const OF_OTHERS = 150;

/** 100 when slots are shared equally while all three accounts have runs that wait; NaN when they never had. */
async function fairnessOf(stage: Stage, pairs: Pairs): Promise<number> {
  const { databaseUrl } = pairs;
  const { big, some, small } = pairs.accounts;
  const { at } = await readState(databaseUrl);
  const fill = { lanes: 16, model: SLOW };
  await stage.load.call('createTasks', { ...big, ...fill, count: OF_BIG });
  const others = [some, small].map((account) =>
    stage.load.call('createTasks', { ...account, ...fill, count: OF_OTHERS }),
  );
  const created = Promise.all(others);
  while (await hasUnfinished(pairs, created)) await wait(100);
  const starts = await query<{ starts: number }>(
    databaseUrl,
    `with started as (
       select owner_id, created_at, task.started_at from run join task on task.id = run.id where created_at > $1
     ), waiting as (
       select max(created) as since, min(last) as until from (
         select max(created_at) as created, max(started_at) as last from started group by owner_id) as spans
     )
     select count(*)::int as starts from started, waiting
     where started_at between since and until group by owner_id`,
    [at],
  );
  const counts = starts.map((row) => row.starts);
  if (counts.length < 3) return Number.NaN;
  return (100 * 3 * Math.min(...counts)) / counts.reduce((sum, count) => sum + count);
}
