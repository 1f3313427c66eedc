/** Reports the progress of a computation, so that its time can be limited. */
export interface Watch {
  /**
   * @param field the next field to compute; errors about the time limit name it. @throws TooComplex when no
   * time is left
   */
  begin(field: string): void;
}

/** For a single text, whose time the caller limits. */
export const UNWATCHED: Watch = { begin() {} };

/** A computation that exceeded its limit of time or memory. */
export class TooComplex extends Error {
  override readonly name = 'TooComplex';
  /** The field that was being computed at the limit; empty: unknown. */
  readonly field: string;

  constructor(field: string) {
    super('it is too complex');
    this.field = field;
  }
}
