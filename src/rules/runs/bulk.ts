import type { RequestErrorCode } from '../../errors.ts';
import type { BulkException, RunKind } from '../../vocabulary.ts';

/** A run to which a bulk operation did nothing. */
export interface BulkExample {
  runId: string;
  kind: RunKind;
  exception: BulkException;
  code: RequestErrorCode;
  message: string;
}

/** What a bulk operation has done so far, in numbers of runs. */
export interface BulkCounts {
  /** Cancelled, queued again or deleted. */
  done: number;
  /** Those that were not in a state for it any more. */
  skipped: number;
  /** Those for which it was refused. */
  failed: number;
}

export interface BulkResult extends BulkCounts {
  matched: number;
}

/** Above that of every other run, so that an account's bulk operation does not wait for what it is to end. */
export const BULK_PRIORITY = 11;

/** 0 to 1. */
export function bulkProgress({ done, skipped, failed }: BulkCounts, matched: number): number {
  return matched === 0 ? 1 : (done + skipped + failed) / matched;
}
