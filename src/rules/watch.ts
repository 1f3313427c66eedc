/** Follows what a computation costs. */
export interface Watch {
  /** @param field what is computed from now on; named when it takes too long. @throws TooComplex when no time is left. */
  begin(field: string): void;
}

/** For a single text, whose time is limited from outside. */
export const UNWATCHED: Watch = { begin() {} };

/** A computation that needed more time or memory than it may have. */
export class TooComplex extends Error {
  override readonly name = 'TooComplex';
  /** What was computed when the limit was reached; empty: unknown. */
  readonly field: string;

  constructor(field: string) {
    super('it is too complex');
    this.field = field;
  }
}
