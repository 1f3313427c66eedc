import { setTimeout as wait } from 'node:timers/promises';
import { cpuOf, cpuOfTree } from '../measure/cpu.ts';
import { interleave } from '../measure/rounds.ts';
import { query } from '../postgres.ts';
import type { BareJobsCommands } from '../processes/bare-jobs.ts';
import { CONCURRENCY, POOL_MAX, type Server } from '../server.ts';
import type { Stage } from '../stage.ts';
import type { Row } from './row.ts';

/** Answers one word at once, without a network: what is left is ours. */
const MODEL = 'demo@tokens=1,itl=0';
const LANES = 64;

export const lifecycle: Row = {
  title: 'created to completed, model without latency, against no-op jobs of graphile-worker',
  async run(stage) {
    const count = stage.quick ? 500 : 1000;
    const server = await stage.polyphony();
    const bare = stage.fork<BareJobsCommands>('bare-jobs.ts');
    const databaseUrl = await stage.createDatabase('bare_jobs');
    await bare.call('start', { databaseUrl, poolMax: POOL_MAX, concurrency: CONCURRENCY });
    const ours = () => withCpu(stage, server.pid, count, () => carryOutTasks(stage, server, count));
    const baseline = () =>
      withCpu(stage, bare.pid, count, () => bare.call('carryOut', { count, lanes: LANES }));
    await interleave(1, ours, baseline);
    const rounds = await interleave(stage.quick ? 2 : 4, ours, baseline);
    const line = (what: string, unit: string, read: (figures: Figures) => number) => ({
      what: `${LANES} at a time, ${what}`,
      unit,
      ours: rounds.ours.map(read),
      baseline: rounds.baseline.map(read),
      comparison: 'ratio' as const,
    });
    return [
      {
        ...line('created and completed', '/s', ({ perSecond }) => perSecond),
        target: { of: 'comparison', bound: 'least', value: 0.5 },
      },
      line('CPU of the process each', 'µs', ({ cpu }) => cpu),
      line('CPU of Postgres each', 'µs', ({ postgresCpu }) => postgresCpu),
    ];
  },
};

interface Figures {
  perSecond: number;
  cpu: number;
  postgresCpu: number;
}

async function withCpu(
  stage: Stage,
  pid: number,
  count: number,
  work: () => Promise<number>,
): Promise<Figures> {
  const before = { cpu: cpuOf(pid), postgresCpu: cpuOfTree(stage.postgresPid) };
  const perSecond = await work();
  return {
    perSecond,
    cpu: (cpuOf(pid) - before.cpu) / count,
    postgresCpu: (cpuOfTree(stage.postgresPid) - before.postgresCpu) / count,
  };
}

/** By the database's own clock, from the first creation to the last completion. */
async function carryOutTasks(stage: Stage, server: Server, count: number): Promise<number> {
  const [last] = await query<{ at: Date }>(server.databaseUrl, 'select clock_timestamp() as at');
  await stage.during('row 1', async () => {
    await stage.load.call('createTasks', { ...server, lanes: LANES, count, model: MODEL });
    while (await hasUnfinished(server)) await wait(20);
  });
  const [row] = await query<{ count: string; seconds: number }>(
    server.databaseUrl,
    `select count(*), extract(epoch from max(task.completed_at) - min(run.created_at))::float8 as seconds
     from run join task on task.id = run.id where run.created_at > $1 and run.status = 'completed'`,
    [last!.at],
  );
  if (Number(row!.count) !== count) throw new Error(`${row!.count} of ${count} tasks were completed`);
  return count / row!.seconds;
}

async function hasUnfinished({ databaseUrl }: Server): Promise<boolean> {
  const text = `select exists (select from run where status = 'queued') or
    exists (select from run where worker_id is not null) as found`;
  const [row] = await query<{ found: boolean }>(databaseUrl, text);
  return row!.found;
}
