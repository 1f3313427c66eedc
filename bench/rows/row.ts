import type { Line } from '../report.ts';
import type { Stage } from '../stage.ts';

export interface Row {
  title: string;
  /** Of a row that takes so long that it is measured alone, when it is named. */
  name?: string;
  /** Measures ours and the baseline in turns. */
  run(stage: Stage): Promise<Line[]>;
}
