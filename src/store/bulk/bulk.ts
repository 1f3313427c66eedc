import type { BulkCounts, BulkExample } from '../../rules/runs/bulk.ts';
import type { BulkAction, RunKind } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import type { RunFilter } from '../runs/lists/run-filter.ts';
import { findOwnRuns, readRuns } from '../runs/read-runs.ts';
import { type RunRow, runColumns, select } from '../runs/run-row.ts';

/** A run that a bulk operation is to act on. */
export interface BulkTarget {
  id: string;
  kind: RunKind;
}

/** What was asked. */
export interface BulkSettings {
  /** null: the runs were named by their ids. */
  filter: RunFilter | null;
  kinds: readonly RunKind[];
  /** Of runs that are cancelled. */
  reason: string | null;
  /** How many unfinished orchestrations its owner may have. */
  maxOrchestrations: number;
}

export interface BulkRow extends RunRow, BulkCounts {
  action: BulkAction;
  matched: number | null;
  examples: BulkExample[];
}

const COLUMNS = select({
  ...runColumns('bulk'),
  action: 'bulk.action',
  matched: 'bulk.matched',
  done: 'bulk.done',
  skipped: 'bulk.skipped',
  failed: 'bulk.failed',
  examples: 'bulk.examples',
} satisfies Record<keyof BulkRow, string>);

const OF_KIND = { kind: 'bulk', columns: COLUMNS } as const;

/** Those of an owner's bulk operations that have one of some ids. */
export function findBulkOperations(
  database: Database,
  ownerId: string,
  ids: readonly string[],
): Promise<BulkRow[]> {
  return findOwnRuns(database, OF_KIND, ownerId, ids);
}

/** Many in one query, of any owner; by id. */
export function readBulkOperations(
  database: Database,
  ids: readonly string[],
): Promise<Map<string, BulkRow>> {
  return readRuns(database, OF_KIND, ids);
}
