import { quantile } from '../measure/quantile.ts';
import { interleave } from '../measure/rounds.ts';
import type { Line } from '../report.ts';
import type { Row } from './row.ts';

/** The pause keeps the first token apart from the end, as a real model's is. */
const MODEL = 'gpt-4o@tokens=3,itl=10';

export const firstToken: Row = {
  title: 'created to the first token at a subscriber, one run at a time, against the vendor SDK alone',
  async run(stage) {
    const samples = stage.quick ? 25 : 50;
    const server = await stage.polyphony();
    const asked = { samples, model: MODEL };
    const ours = () => stage.during('row 2', () => stage.load.call('firstTokens', { ...server, ...asked }));
    const baseline = () => stage.sdk.call('firstTokens', { baseUrl: `${stage.modelUrl}/v1`, ...asked });
    await interleave(1, ours, baseline);
    const rounds = await interleave(stage.quick ? 2 : 5, ours, baseline);
    const line = (from: 'sinceSubmitted' | 'sinceCreated', share: number): Line => ({
      what: `${from === 'sinceCreated' ? 'answer of createTask' : 'createTask sent'} to first token, ${nameOf(share)}`,
      unit: 'ms',
      ours: rounds.ours.map((sample) =>
        quantile(
          sample.map((one) => one[from]),
          share,
        ),
      ),
      baseline: rounds.baseline.map((sample) => quantile(sample, share)),
      comparison: 'difference',
    });
    return [
      { ...line('sinceSubmitted', 0.5), target: { of: 'comparison', bound: 'most', value: 5.8 } },
      { ...line('sinceSubmitted', 0.99), target: { of: 'comparison', bound: 'most', value: 10 } },
      { ...line('sinceCreated', 0.5), target: { of: 'comparison', bound: 'most', value: 3 } },
      line('sinceCreated', 0.99),
    ];
  },
};

const nameOf = (share: number): string => `p${share * 100}`;
