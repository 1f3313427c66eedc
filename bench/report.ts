import { median } from './measure/quantile.ts';

/** One line of the report. Both lists have a value for each round, or the baseline is empty: there is none. */
export interface Line {
  what: string;
  unit: string;
  ours: number[];
  baseline: number[];
  /** How ours is set against the baseline: divided by it, or less it. */
  comparison: 'ratio' | 'difference';
  target?: { of: 'ours' | 'comparison'; bound: 'least' | 'most'; value: number };
}

export function renderTable(lines: readonly Line[]): string {
  const head = ['what', 'ours', 'baseline', 'ratio or difference (scatter)', 'target'];
  const rows = lines.map((line) => [
    line.what,
    amount(median(line.ours), line.unit),
    line.baseline.length === 0 ? '' : amount(median(line.baseline), line.unit),
    line.baseline.length === 0 ? scatterOf(line.ours, line.unit) : compare(line),
    judge(line),
  ]);
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The median of the rounds' own ratios is steadier than the ratio of the medians: both share a round's noise. */
function perRound({ ours, baseline, comparison }: Line): number[] {
  return ours.map((value, round) =>
    comparison === 'ratio' ? value / baseline[round]! : value - baseline[round]!,
  );
}

function compare(line: Line): string {
  const values = perRound(line);
  if (line.comparison === 'ratio')
    return `**${short(median(values))}** (${short(Math.min(...values))}–${short(Math.max(...values))})`;
  const signed = (value: number) => `${value < 0 ? '−' : '+'}${short(Math.abs(value))}`;
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return `**${signed(median(values))} ${line.unit}** (${signed(least)} to ${signed(most)})`;
}

function scatterOf(values: readonly number[], unit: string): string {
  return values.length < 2 ? '' : `(${amount(Math.min(...values))}–${amount(Math.max(...values), unit)})`;
}

function judge(line: Line): string {
  if (!line.target) return '';
  const { of, bound, value } = line.target;
  const reached = median(of === 'ours' ? line.ours : perRound(line));
  const isMet = bound === 'least' ? reached >= value : reached <= value;
  const unit = of === 'ours' || line.comparison === 'difference' ? line.unit : '';
  const sign = line.comparison === 'difference' && of === 'comparison' ? '+' : '';
  return `${bound === 'least' ? '≥' : '≤'} ${sign}${value} ${unit} ${isMet ? '✓' : '✗'}`.replace('  ', ' ');
}

function amount(value: number, unit = ''): string {
  return `${short(value)} ${unit}`.trim();
}

/** Three digits are more than these machines can promise. */
function short(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  const digits = size >= 100 || size === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(size)));
  return value.toLocaleString('en-US', { maximumFractionDigits: Math.min(digits, 3) });
}
