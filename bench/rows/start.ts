import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Polyphony } from '../../test/harness/process.ts';
import { timed } from '../measure/clock.ts';
import { cpuOf, memoryOf } from '../measure/cpu.ts';
import { interleave } from '../measure/rounds.ts';
import type { BareStartCommands } from '../processes/bare-start.ts';
import type { Line } from '../report.ts';
import { loopback, modelVariables, register } from '../server.ts';
import type { Stage } from '../stage.ts';
import type { Row } from './row.ts';

const RUNS = 200;

export const start: Row = {
  title: 'start to healthy, and memory, against the same Postgres with an empty Fastify',
  async run(stage) {
    let round = 0;
    const rounds = await interleave(
      stage.quick ? 1 : 3,
      () => {
        round += 1;
        return ofPolyphony(stage, join(stage.folder, `start-${round}`));
      },
      () => ofBare(stage, join(stage.folder, `bare-start-${round}`)),
    );
    const line = (what: string, unit: string, figure: keyof Figures): Line => ({
      what,
      unit,
      ours: rounds.ours.map((figures) => figures[figure]),
      baseline: rounds.baseline.map((figures) => figures[figure]),
      comparison: 'ratio',
    });
    const ofOurs = (what: string, unit: string, figure: keyof OurFigures): Line => ({
      what,
      unit,
      ours: rounds.ours.map((figures) => figures[figure]),
      baseline: [],
      comparison: 'ratio',
    });
    return [
      { ...line('first start to healthy', 's', 'cold'), target: { of: 'ours', bound: 'most', value: 3 } },
      line('second start to healthy', 's', 'second'),
      { ...line('memory, idle', 'MB', 'idle'), target: { of: 'ours', bound: 'most', value: 200 } },
      ofOurs('CPU, idle, per second', 'µs', 'idleCpu'),
      { ...ofOurs(`memory, ${RUNS} runs`, 'MB', 'busy'), target: { of: 'ours', bound: 'most', value: 200 } },
    ];
  },
};

interface Figures {
  /** Seconds. */
  cold: number;
  second: number;
  /** MB. */
  idle: number;
}
interface OurFigures extends Figures {
  busy: number;
  idleCpu: number;
}

async function ofPolyphony(stage: Stage, folder: string): Promise<OurFigures> {
  // As after `npm ci`: neither data nor compiled code is there.
  await mkdir(folder);
  const variables = {
    DATA_DIR: join(folder, 'data'),
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
    ...modelVariables(stage.modelUrl),
  };
  const startOnce = async () => {
    let launched: Polyphony | null = null;
    const seconds = await timed(async () => {
      launched = await stage.launch(variables);
      await fetch(`${loopback(launched.url)}/health`);
    });
    return { seconds, launched: launched as unknown as Polyphony };
  };
  const first = await startOnce();
  await first.launched.stop();
  const { seconds, launched } = await startOnce();
  const settled = await settle(launched.pid);
  const busy = await streamRuns(stage, launched);
  await launched.stop();
  return { cold: first.seconds, second: seconds, ...settled, busy };
}

async function ofBare(stage: Stage, dataDir: string): Promise<Figures> {
  const startOnce = async () => {
    const bare = stage.fork<BareStartCommands>('bare-start.ts');
    return { bare, seconds: await timed(() => bare.call('start', { dataDir })) };
  };
  const first = await startOnce();
  await first.bare.call('stop', undefined);
  await first.bare.stop();
  const { bare, seconds } = await startOnce();
  const { idle } = await settle(bare.pid);
  await bare.call('stop', undefined);
  await bare.stop();
  return { cold: first.seconds, second: seconds, idle };
}

/** A process that has had nothing to do for eight seconds gives back what its start left behind. */
async function settle(pid: number): Promise<{ idle: number; idleCpu: number }> {
  await wait(10_000);
  const before = cpuOf(pid);
  await wait(1000);
  return { idle: memoryOf(pid), idleCpu: cpuOf(pid) - before };
}

/** @returns the most memory seen while so many runs stream. */
async function streamRuns(stage: Stage, { pid, url: named }: Polyphony): Promise<number> {
  const url = loopback(named);
  const token = await register(url);
  const plan = { streams: RUNS, tokensEach: 100, span: 'steady' as const, pid, postgresPid: null };
  let most = 0;
  const looking = setInterval(() => {
    most = Math.max(most, memoryOf(pid));
  }, 100);
  try {
    await stage.load.call('stream', { url, token, model: `gpt-4o@tokens=100,itl=20,together=${RUNS}`, plan });
    return most;
  } finally {
    clearInterval(looking);
  }
}
