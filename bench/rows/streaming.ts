import { interleave, type Rounds } from '../measure/rounds.ts';
import type { StreamFigures } from '../measure/stream-meter.ts';
import type { Line } from '../report.ts';
import type { Stage } from '../stage.ts';
import type { Row } from './row.ts';

/** Milliseconds between tokens: 50 tokens a second. */
const PACE = 20;

export const streaming: Row = {
  title: 'tokens through a subscription, against the vendor SDK alone',
  async run(stage) {
    await measure(stage, { streams: 32, tokensEach: 300, itl: 0 }, 1);
    const lines: Line[] = [];
    for (const streams of [1, 32, 200]) {
      const tokensEach = stage.quick ? 75 : 125;
      lines.push(
        ...paced(streams, await measure(stage, { streams, tokensEach, itl: PACE }, stage.quick ? 1 : 3)),
      );
    }
    const burst = { streams: 32, tokensEach: stage.quick ? 1500 : 3000, itl: 0 };
    return [...lines, ...fullSpeed(await measure(stage, burst, stage.quick ? 2 : 5))];
  },
};

type Measured = Rounds<StreamFigures, StreamFigures>;

async function measure(
  stage: Stage,
  { streams, tokensEach, itl }: { streams: number; tokensEach: number; itl: number },
  rounds: number,
): Promise<Measured> {
  const server = await stage.polyphony();
  const model = `gpt-4o@tokens=${tokensEach},itl=${itl},together=${streams}`;
  const plan = { streams, tokensEach, span: itl > 0 ? ('steady' as const) : ('whole' as const) };
  const { postgresPid } = stage;
  const label = itl > 0 ? `row 3, ${streams} paced runs` : 'row 3, full speed';
  return interleave(
    rounds,
    () =>
      stage.during(label, () =>
        stage.load.call('stream', { ...server, model, plan: { ...plan, pid: server.pid, postgresPid } }),
      ),
    () =>
      stage.sdk.call('stream', {
        baseUrl: `${stage.modelUrl}/v1`,
        model,
        plan: { ...plan, postgresPid: null },
      }),
  );
}

function paced(streams: number, measured: Measured): Line[] {
  const what = (text: string) => `${streams} ${streams === 1 ? 'run' : 'runs'} at 50 tokens/s, ${text}`;
  return [
    of(measured, what('tokens/s'), '/s', 'tokensPerSecond'),
    of(measured, what('CPU per token'), 'µs', 'cpuPerToken'),
    postgres(measured, what('CPU of Postgres per token')),
    {
      ...of(measured, what('token delay p50'), 'ms', 'delayP50'),
      comparison: 'difference',
      target: { of: 'comparison', bound: 'most', value: 5 },
    },
    {
      ...of(measured, what('token delay p99'), 'ms', 'delayP99'),
      comparison: 'difference',
      target: { of: 'comparison', bound: 'most', value: 25 },
    },
  ];
}

function fullSpeed(measured: Measured): Line[] {
  const what = (text: string) => `32 runs at full speed, ${text}`;
  return [
    {
      ...of(measured, what('tokens/s'), '/s', 'tokensPerSecond'),
      target: { of: 'comparison', bound: 'least', value: 0.83 },
    },
    {
      ...of(measured, what('CPU per token'), 'µs', 'cpuPerToken'),
      target: { of: 'ours', bound: 'most', value: 28 },
    },
    postgres(measured, what('CPU of Postgres per token')),
  ];
}

function of({ ours, baseline }: Measured, what: string, unit: string, figure: keyof StreamFigures): Line {
  const read = (figures: StreamFigures) => figures[figure];
  return { what, unit, ours: ours.map(read), baseline: baseline.map(read), comparison: 'ratio' };
}

function postgres(measured: Measured, what: string): Line {
  return { ...of(measured, what, 'µs', 'postgresCpuPerToken'), baseline: [] };
}
