import type { ModelReference } from '../../rules/models/model-id.ts';
import type { OrchestrationResult } from '../../rules/orchestrations/orchestration.ts';
import type { RunStatus } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { type ListRange, pageStatement } from '../database/sql-page.ts';
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

export interface OrchestrationListing extends ListRange {
  ownerId: string;
  status: RunStatus | null;
  threadId: string | null;
  sessionId: string | null;
}

const list = pageStatement(
  'list-orchestrations',
  'run',
  { ownerId: 'text', status: 'text', threadId: 'text', sessionId: 'text' },
  ($, page) => `
    select ${ORCHESTRATION_COLUMNS} from run join orchestration on orchestration.id = run.id
    where run.owner_id = ${$.ownerId} and run.kind = 'orchestration'
      and (${$.status} is null or run.status = ${$.status})
      and (${$.threadId} is null or orchestration.thread_id = ${$.threadId})
      and (${$.sessionId} is null or run.session_id = ${$.sessionId}) and ${page.condition} ${page.order}`,
);

/** Newest first, by keyset. */
export async function listOrchestrations(
  database: Database,
  listing: OrchestrationListing,
): Promise<OrchestrationRow[]> {
  const { ownerId, status, threadId, sessionId } = listing;
  const { rows } = await database.pool.query<OrchestrationRow>(
    list(listing, { ownerId, status, threadId, sessionId }),
  );
  return listing.fromEnd ? rows.reverse() : rows;
}
