/**
 * What became of an imported row. `present`: it is there already, and stays as it is; `deleted`: its account has deleted
 * it since an earlier import. The others are refusals.
 */
export type ImportOutcome = 'created' | 'present' | 'deleted' | ImportRefusal;

export type ImportRefusal = 'no-account' | 'no-session' | 'taken';

/** Outcomes by line. */
export interface LineOutcome {
  line: number;
  outcome: ImportOutcome;
}
