import { setTimeout as wait } from 'node:timers/promises';
import { cpuOf, cpuOfTree } from '../measure/cpu.ts';
import { median, quantile } from '../measure/quantile.ts';
import { query } from '../postgres.ts';
import type { Line } from '../report.ts';
import { newAccount, type Server, startServer } from '../server.ts';
import type { Stage } from '../stage.ts';
import type { Row } from './row.ts';

const SUBSCRIBERS = 10;
const TASKS_PER_SECOND = 20;
/** Each generates a token a second. */
const PACE = 1000;

export const feeds: Row = {
  title: 'the feed of an account with a thousand runs that generate text, against one with a single run',
  async run(stage) {
    const open = stage.quick ? 200 : 1000;
    const server = await startLarge(stage, open);
    const lines: Line[] = [];
    const one = await measure(stage, server, { account: 'one', open: 1 });
    const many = await measure(stage, server, { account: 'many', open });
    for (const figure of FIGURES) lines.push(toLine(open, figure, many, one));
    return lines;
  },
};

interface Figures {
  reads: number;
  rows: number;
  typical: number;
  slowest: number;
  node: number;
  postgres: number;
}
const FIGURES = ['reads', 'rows', 'typical', 'slowest', 'node', 'postgres'] as const;
const NAMES: Record<(typeof FIGURES)[number], [what: string, unit: string]> = {
  reads: ['reads of the feed', '/s'],
  rows: ['rows read of its index, for each event', ''],
  typical: ['commit of an event to its delivery, p50', 'ms'],
  slowest: ['commit of an event to its delivery, p99', 'ms'],
  node: ['CPU of Polyphony', 'ms/s'],
  postgres: ['CPU of Postgres', 'ms/s'],
};

function toLine(open: number, figure: (typeof FIGURES)[number], many: Figures[], one: Figures[]): Line {
  const [what, unit] = NAMES[figure];
  return {
    what: `${open} open runs, ${SUBSCRIBERS} subscribers, ${what}`,
    unit,
    ours: many.map((figures) => figures[figure]),
    baseline: one.map((figures) => figures[figure]),
    comparison: 'ratio',
  };
}

/** A slot for each open run. */
async function startLarge(stage: Stage, open: number): Promise<Server> {
  const databaseUrl = await stage.createDatabase('feeds');
  const launch = (variables: Record<string, string>) =>
    stage.launch({ ...variables, WORKER_CONCURRENCY: String(open + 100) });
  const setting = {
    databaseUrl,
    modelUrl: stage.modelUrl,
    dataDir: `${stage.folder}/feeds`,
    profileFolder: null,
  };
  return (await startServer(launch, setting)).server;
}

async function measure(
  stage: Stage,
  shared: Server,
  { account, open }: { account: string; open: number },
): Promise<Figures[]> {
  const server = { ...shared, ...(await newAccount(shared, account)) };
  const seconds = stage.quick ? 5 : 10;
  const rounds = stage.quick ? 1 : 3;
  const tokens = (rounds * (seconds + 5) + 30) * (1000 / PACE);
  await stage.load.call('createTasks', {
    ...server,
    lanes: 8,
    count: open,
    model: `gpt-4o@tokens=${tokens},itl=${PACE}`,
  });
  await stage.load.call('gatherFeed', { ...server, audience: account, count: SUBSCRIBERS });
  await wait(2_000);
  const figures: Figures[] = [];
  for (let round = 0; round < rounds; round += 1)
    figures.push(await measureRound(stage, server, account, seconds));
  await stage.load.call('leave', { audience: account });
  await cancelAll(server);
  return figures;
}

async function measureRound(
  stage: Stage,
  server: Server,
  audience: string,
  seconds: number,
): Promise<Figures> {
  await stage.load.call('feedDelays', { audience });
  const [scans, node, postgres] = [await readScans(server), cpuOf(server.pid), cpuOfTree(stage.postgresPid)];
  await stage.load.call('createSteadily', {
    ...server,
    seconds,
    perSecond: TASKS_PER_SECOND,
    model: 'gpt-4o@tokens=1,itl=0',
  });
  const after = await readScans(server);
  const perSecond = (since: number, now: number) => (now - since) / 1000 / seconds;
  const [nodeCpu, postgresCpu] = [
    perSecond(node, cpuOf(server.pid)),
    perSecond(postgres, cpuOfTree(stage.postgresPid)),
  ];
  const delays = await stage.load.call('feedDelays', { audience });
  return {
    reads: (after.scans - scans.scans) / seconds,
    rows: (after.rows - scans.rows) / (delays.length / SUBSCRIBERS),
    typical: median(delays),
    slowest: quantile(delays, 0.99),
    node: nodeCpu,
    postgres: postgresCpu,
  };
}

/** Postgres reports what its processes have counted when they are idle for a second. */
async function readScans({ databaseUrl }: Server): Promise<{ scans: number; rows: number }> {
  await wait(1_500);
  const [counted] = await query<{ scans: string; rows: string }>(
    databaseUrl,
    // Each read looks into the index of every month.
    `select max(idx_scan) as scans, sum(idx_tup_read) as rows from pg_stat_user_indexes
     where relname like 'run_event%' and indexrelname like '%owner%'`,
  );
  return { scans: Number(counted!.scans), rows: Number(counted!.rows) };
}

async function cancelAll({ url, token, databaseUrl, ownerId }: Server): Promise<void> {
  await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({
      query: 'mutation { cancelRuns(input: { filter: { statuses: [RUNNING] } }) { bulkOperation { id } } }',
    }),
  });
  const text = `select count(*)::int as open from run where owner_id = $1 and status in ('queued', 'running')`;
  for (;;) {
    const [left] = await query<{ open: number }>(databaseUrl, text, [ownerId]);
    if (left!.open === 0) return;
    await wait(500);
  }
}
