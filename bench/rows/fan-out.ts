import { cpuOf } from '../measure/cpu.ts';
import { median } from '../measure/quantile.ts';
import { interleave } from '../measure/rounds.ts';
import type { BareFanOutCommands } from '../processes/bare-fan-out.ts';
import type { Line } from '../report.ts';
import type { Stage } from '../stage.ts';
import type { Row } from './row.ts';

export const fanOut: Row = {
  title: 'one run to many subscribers, against one frame made once and written to every socket',
  async run(stage) {
    const bare = stage.fork<BareFanOutCommands>('bare-fan-out.ts');
    const bareUrl = await bare.call('start', undefined);
    const lines: Line[] = [];
    for (const count of [1000, 5000])
      lines.push(...(await measure(stage, { pid: bare.pid, url: bareUrl }, count)));
    return lines;
  },
};

interface Figures {
  perSecond: number;
  cpu: number;
  milliseconds: number;
}

/** An event goes out when everybody has the one before: nothing can be joined with the next, here or there. */
async function measure(stage: Stage, bare: { pid: number; url: string }, count: number): Promise<Line[]> {
  const server = await stage.polyphony();
  const gate = `fan-out-${count}`;
  const taskId = await stage.load.call('createTask', { ...server, model: `gpt-4o@gate=${gate}` });
  await stage.load.call('gather', { ...server, audience: gate, count, taskId });
  await stage.load.call('gatherBare', { url: bare.url, audience: 'bare', count });
  const release = `${stage.modelUrl}/release?gate=${gate}`;
  const events = Math.ceil((stage.quick ? 10_000 : 30_000) / count);
  const deliver = async (pid: number, audience: string, url: string): Promise<Figures> => {
    const before = cpuOf(pid);
    const times = await stage.load.call('deliver', { audience, url, events });
    const seconds = times.reduce((sum, time) => sum + time, 0) / 1000;
    const deliveries = count * events;
    const cpu = (cpuOf(pid) - before) / deliveries;
    return { perSecond: deliveries / seconds, cpu, milliseconds: median(times) };
  };
  const ours = () => stage.during(`row 5, ${count} subscribers`, () => deliver(server.pid, gate, release));
  const baseline = () => deliver(bare.pid, 'bare', bare.url);
  await interleave(1, ours, baseline);
  const rounds = await interleave(stage.quick ? 2 : 5, ours, baseline);
  await fetch(`${release}&end`);
  for (const audience of [gate, 'bare']) await stage.load.call('leave', { audience });
  return toLines(count, rounds);
}

function toLines(count: number, rounds: { ours: Figures[]; baseline: Figures[] }): Line[] {
  const line = (what: string, unit: string, figure: keyof Figures): Line => ({
    what: `${count.toLocaleString('en-US')} subscribers, ${what}`,
    unit,
    ours: rounds.ours.map((figures) => figures[figure]),
    baseline: rounds.baseline.map((figures) => figures[figure]),
    comparison: 'ratio',
  });
  return [
    {
      ...line('events delivered', '/s', 'perSecond'),
      target: { of: 'comparison', bound: 'least', value: 0.32 },
    },
    line('CPU per delivery', 'µs', 'cpu'),
    line('one event to all', 'ms', 'milliseconds'),
  ];
}
