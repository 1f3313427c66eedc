import type { Line } from '../report.ts';
import type { Stage } from '../stage.ts';

export interface Row {
  title: string;
  /** Measures ours and the baseline in turns. */
  run(stage: Stage): Promise<Line[]>;
}
