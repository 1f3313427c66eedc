import type { ModelReference } from '../../rules/models/model-id.ts';
import type { OrchestrationResult } from '../../rules/orchestrations/orchestration.ts';
import type { Database } from '../database/database.ts';
import type { RowList } from '../database/sql-page.ts';
import { listKind, type RunListing } from '../runs/lists/list-runs.ts';
import type { RunPosition } from '../runs/lists/run-order.ts';
import { type RunRow, runColumns, select } from '../runs/run-row.ts';

/** An orchestration with the columns of its run. */
export interface OrchestrationRow extends RunRow {
  prompt: string;
  domain: string | null;
  threadId: string | null;
  preferredModels: string[];
  candidates: ModelReference[];
  reasoning: string;
  evaluationThreshold: number;
  maxIterations: number;
  result: OrchestrationResult | null;
}

/** SQL: an orchestration's columns, where `run` and `orchestration` name its rows. */
export const ORCHESTRATION_COLUMNS = select({
  ...runColumns('orchestration'),
  prompt: 'orchestration.prompt',
  domain: 'orchestration.domain',
  threadId: 'orchestration.thread_id',
  preferredModels: 'orchestration.preferred_models',
  candidates: 'orchestration.candidates',
  reasoning: 'orchestration.reasoning',
  evaluationThreshold: 'orchestration.evaluation_threshold',
  maxIterations: 'orchestration.max_iterations',
  result: 'orchestration.result',
} satisfies Record<keyof OrchestrationRow, string>);

/** Those of an owner's orchestrations that have one of some ids. */
export async function findOrchestrations(
  database: Database,
  ownerId: string,
  ids: readonly string[],
): Promise<OrchestrationRow[]> {
  const { rows } = await database.pool.query<OrchestrationRow>({
    name: 'find-orchestrations',
    text: `
      select ${ORCHESTRATION_COLUMNS} from run join orchestration on orchestration.id = run.id
      where run.id = any($1::text[]) and run.owner_id = $2`,
    values: [ids, ownerId],
  });
  return rows;
}

/** Many in one query, of any owner; by id. */
export async function readOrchestrations(
  database: Database,
  ids: readonly string[],
): Promise<Map<string, OrchestrationRow>> {
  const { rows } = await database.pool.query<OrchestrationRow>({
    name: 'read-orchestrations',
    text: `
      select ${ORCHESTRATION_COLUMNS} from run join orchestration on orchestration.id = run.id
      where run.id = any($1::text[])`,
    values: [ids],
  });
  return new Map(rows.map((row) => [row.id, row]));
}

/** The orchestrations of an owner, by keyset. */
export function listOrchestrations(
  database: Database,
  listing: RunListing,
): RowList<OrchestrationRow & RunPosition, RunPosition> {
  const columns = { sqlOf: () => ORCHESTRATION_COLUMNS, withPosition: true };
  return listKind(database, 'orchestration', listing, columns);
}
