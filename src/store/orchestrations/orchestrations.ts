import type { ModelReference } from '../../rules/models/model-id.ts';
import type { OrchestrationResult } from '../../rules/orchestrations/orchestration.ts';
import type { Database } from '../database/database.ts';
import type { RowList } from '../database/sql-page.ts';
import { listKind, type RunListing } from '../runs/lists/list-runs.ts';
import type { RunPosition } from '../runs/lists/run-order.ts';
import { findOwnRuns, readRuns } from '../runs/read-runs.ts';
import { type RunRow, runColumns, select } from '../runs/run-row.ts';

/** An orchestration with the columns of its run, without what is long. */
export interface OrchestrationRow extends RunRow {
  domain: string | null;
  threadId: string | null;
  preferredModels: string[];
  candidates: ModelReference[];
  reasoning: string;
  evaluationThreshold: number;
  maxIterations: number;
}

/** SQL: an orchestration's columns, where `run` and `orchestration` name its rows. */
export const ORCHESTRATION_COLUMNS = select({
  ...runColumns('orchestration'),
  domain: 'orchestration.domain',
  threadId: 'orchestration.thread_id',
  preferredModels: 'orchestration.preferred_models',
  candidates: 'orchestration.candidates',
  reasoning: 'orchestration.reasoning',
  evaluationThreshold: 'orchestration.evaluation_threshold',
  maxIterations: 'orchestration.max_iterations',
} satisfies Record<keyof OrchestrationRow, string>);

/** What is up to some megabytes long, or is stored with that, so it is read where it is selected. */
export interface OrchestrationParts {
  prompt: string;
  output: string | null;
  /** The result without its output. */
  ending: Omit<OrchestrationResult, 'output'> | null;
}

const PARTS = {
  prompt: 'prompt',
  output: `result->>'output'`,
  ending: `result - 'output'`,
} satisfies Record<keyof OrchestrationParts, string>;

const OF_KIND = { kind: 'orchestration', columns: ORCHESTRATION_COLUMNS } as const;

/** Those of an owner's orchestrations that have one of some ids. */
export function findOrchestrations(
  database: Database,
  ownerId: string,
  ids: readonly string[],
): Promise<OrchestrationRow[]> {
  return findOwnRuns(database, OF_KIND, ownerId, ids);
}

/** Many in one query, of any owner; by id. */
export function readOrchestrations(
  database: Database,
  ids: readonly string[],
): Promise<Map<string, OrchestrationRow>> {
  return readRuns(database, OF_KIND, ids);
}

/** One part of many in one query, of any owner; by id. */
export async function readOrchestrationParts<Part extends keyof OrchestrationParts>(
  { pool }: Database,
  part: Part,
  ids: readonly string[],
): Promise<Map<string, OrchestrationParts[Part]>> {
  const { rows } = await pool.query<{ id: string; part: OrchestrationParts[Part] }>({
    name: `read-orchestration-${part}s`,
    text: `select id, ${PARTS[part]} as part from orchestration where id = any($1::text[])`,
    values: [ids],
  });
  return new Map(rows.map((row) => [row.id, row.part]));
}

/** The orchestrations of an owner, by keyset. */
export function listOrchestrations(
  database: Database,
  listing: RunListing,
): RowList<OrchestrationRow & RunPosition, RunPosition> {
  const columns = { sqlOf: () => ORCHESTRATION_COLUMNS, withPosition: true };
  return listKind(database, 'orchestration', listing, columns);
}
