import { DomainError } from '../../errors.ts';
import type { RunRow } from '../../store/runs/run-row.ts';

/** @throws DomainError BAD_CURSOR when `after` is beyond the log of a run */
export function requireLogPosition({ lastSeq }: RunRow, after: number): void {
  if (after >= 0 && after <= lastSeq) return;
  const message = `after: must be the last seq that you received, 0 to ${lastSeq}; got ${after}`;
  throw new DomainError('BAD_CURSOR', message, { field: 'after' });
}
