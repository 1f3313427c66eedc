/**
 * The outcome of an imported row. `present`: it exists already and is not changed; `deleted`: its account deleted it
 * after an earlier import. The others are refusals.
 */
export type ImportOutcome = 'created' | 'present' | 'deleted' | ImportRefusal;

/** `existing`: the account was not created by an import; `reserved`: the address is one of the server itself. */
export type ImportRefusal = 'no-account' | 'no-session' | 'existing' | 'reserved' | 'taken';

/** Outcomes by line. */
export interface LineOutcome {
  line: number;
  outcome: ImportOutcome;
}
