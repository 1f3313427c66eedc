/**
 * What became of an imported row. `present`: it is there already, and stays as it is; `deleted`: its account has deleted
 * it since an earlier import. The others are refusals.
 */
export type ImportOutcome = 'created' | 'present' | 'deleted' | ImportRefusal;

/** `existing`: the account was not created by an import; `reserved`: the address is one of the server itself. */
export type ImportRefusal = 'no-account' | 'no-session' | 'existing' | 'reserved' | 'taken';

/** Outcomes by line. */
export interface LineOutcome {
  line: number;
  outcome: ImportOutcome;
}
