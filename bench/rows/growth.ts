import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openConnection, toBytes } from '../client/http.ts';
import type { Target } from '../client/tasks.ts';
import { copyKept } from '../growth/kept-database.ts';
import { ASKED, type Asked } from '../growth/requests.ts';
import { median, quantile } from '../measure/quantile.ts';
import { interleave } from '../measure/rounds.ts';
import type { Line } from '../report.ts';
import { login, loopback, variablesOf } from '../server.ts';
import type { Stage } from '../stage.ts';
import type { Row } from './row.ts';

const FOLDER = new URL('../../.data/growth', import.meta.url).pathname;
const SMALL = 50;
/** Of each request and account; fewer of one that takes long. */
const SAMPLES = 20;
const MOST_SECONDS = 10;
const MOST_MILLISECONDS = 30;

export const growth: Row = {
  title: `the same requests of an account with a million runs, against one with ${SMALL} beside it`,
  name: 'growth',
  async run(stage) {
    const { url } = await startFilled(stage);
    const [big, small] = [
      { url, token: await login(url, 'big') },
      { url, token: await login(url, 'small') },
    ];
    const lines: Line[] = [];
    for (const asked of ASKED) {
      const measured = await measure(asked, big, small);
      const [typical, slowest] = measured.map(({ ours }) => median(ours).toFixed(1));
      process.stderr.write(`  ${asked.what}: ${typical} ms, ${slowest} ms\n`);
      lines.push(...measured);
    }
    return lines;
  },
};

/** A server on a copy of the database that is kept. */
async function startFilled(stage: Stage): Promise<{ url: string }> {
  const folder = join(FOLDER, String(stage.runs));
  await mkdir(folder, { recursive: true });
  const postgres = await stage.startPostgres(join(folder, 'postgres'));
  const variables = { modelUrl: stage.modelUrl, dataDir: join(folder, 'server'), profileFolder: null };
  const launch = (databaseUrl: string) => stage.launch(variablesOf({ databaseUrl, ...variables }));
  const databaseUrl = await copyKept(
    {
      postgres,
      sizes: { big: stage.runs, small: SMALL },
      async withServer(url, use) {
        const server = await launch(url);
        return use({ ...server, url: loopback(server.url) }).finally(server.stop);
      },
    },
    'measured',
  );
  const server = await launch(databaseUrl);
  return { url: loopback(server.url) };
}

async function measure({ what, request }: Asked, big: Target, small: Target): Promise<Line[]> {
  const [ours, baseline] = [asker(big, request), asker(small, request)];
  const until = performance.now() + MOST_SECONDS * 1000;
  const rounds = { ours: [] as number[], baseline: [] as number[] };
  await interleave(1, ours, baseline);
  do {
    const more = await interleave(2, ours, baseline);
    rounds.ours.push(...more.ours);
    rounds.baseline.push(...more.baseline);
  } while (rounds.ours.length < SAMPLES && performance.now() < until);
  return linesOf(what, rounds);
}

/** Either is enough: as quick as for the small account, or quick. */
function linesOf(what: string, { ours, baseline }: Pick<Line, 'ours' | 'baseline'>): Line[] {
  const slowest = [ours, baseline].map((sample) => quantile(sample, 0.95)) as [number, number];
  const isQuick = slowest[0] <= MOST_MILLISECONDS;
  const shared = { unit: 'ms', comparison: 'ratio' } as const;
  return [
    {
      ...{ what: `${what}, p50`, ...shared, ours, baseline },
      ...(!isQuick && { target: { of: 'comparison', bound: 'most', value: 1.2 } }),
    },
    {
      ...{ what: `${what}, p95`, ...shared, ours: [slowest[0]], baseline: [slowest[1]] },
      ...(isQuick && { target: { of: 'ours', bound: 'most', value: MOST_MILLISECONDS } }),
    },
  ];
}

/** @returns a function that asks, on a new connection: an idle one is closed while the other account waits. */
function asker(account: Target, request: Asked['request']): () => Promise<number> {
  const asked = request(account);
  const bytes = toBytes(asked);
  return async () => {
    const connection = await openConnection(asked.url);
    const sentAt = performance.now();
    const answer = await connection.send(bytes);
    const milliseconds = performance.now() - sentAt;
    connection.close();
    const { errors } = JSON.parse(answer.toString());
    if (errors) throw new Error(`${JSON.stringify(asked.body)} was answered with ${JSON.stringify(errors)}`);
    return milliseconds;
  };
}
