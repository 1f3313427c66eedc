import type { RunError } from '../../errors.ts';
import type { ModelReference } from '../../rules/models/model-id.ts';
import type { OrchestrationResult } from '../../rules/orchestrations/orchestration.ts';
import type { Origin, RunStatus } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { createdAtTextSql, type ListRange, rangeSql, rangeValues } from '../database/keyset-page.ts';

/** An orchestration with the columns of its run. */
export interface OrchestrationRow {
  id: string;
  ownerId: string;
  origin: Origin;
  status: RunStatus;
  priority: number;
  attempt: number;
  lastSeq: number;
  cancelReason: string | null;
  createdAt: Date;
  updatedAt: Date;
  createdAtText: string;
  prompt: string;
  domain: string | null;
  threadId: string | null;
  sessionId: string | null;
  preferredModels: string[];
  candidates: ModelReference[];
  reasoning: string;
  evaluationThreshold: number;
  maxIterations: number;
  progress: number;
  result: OrchestrationResult | null;
  error: RunError | null;
  startedAt: Date | null;
  completedAt: Date | null;
}

/** SQL: an orchestration's columns, where `run` and `orchestration` name its rows. */
export const ORCHESTRATION_COLUMNS = `
  run.id, run.owner_id as "ownerId", run.origin, run.status, run.priority, run.attempt, run.last_seq as "lastSeq",
  run.session_id as "sessionId", run.cancel_reason as "cancelReason", run.created_at as "createdAt", run.updated_at as "updatedAt",
  ${createdAtTextSql('run')} as "createdAtText",
  orchestration.prompt, orchestration.domain, orchestration.thread_id as "threadId",
  orchestration.preferred_models as "preferredModels", orchestration.candidates, orchestration.reasoning,
  orchestration.evaluation_threshold as "evaluationThreshold", orchestration.max_iterations as "maxIterations",
  orchestration.progress, orchestration.result, orchestration.error, orchestration.started_at as "startedAt",
  orchestration.completed_at as "completedAt"`;

/** @returns null when it does not exist or belongs to another owner */
export async function findOrchestration(
  database: Database,
  ownerId: string,
  id: string,
): Promise<OrchestrationRow | null> {
  const { rows } = await database.pool.query<OrchestrationRow>({
    name: 'find-orchestration',
    text: `
      select ${ORCHESTRATION_COLUMNS} from run join orchestration on orchestration.id = run.id
      where run.id = $1 and run.owner_id = $2`,
    values: [id, ownerId],
  });
  return rows[0] ?? null;
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

/** Newest first, by keyset. */
export async function listOrchestrations(
  database: Database,
  listing: OrchestrationListing,
): Promise<OrchestrationRow[]> {
  const { name, condition, order } = rangeSql('run', listing.fromEnd);
  const { rows } = await database.pool.query<OrchestrationRow>({
    name: `list-orchestrations-${name}`,
    text: `
      select ${ORCHESTRATION_COLUMNS} from run join orchestration on orchestration.id = run.id
      where run.owner_id = $7 and run.kind = 'orchestration' and ($8::text is null or run.status = $8)
        and ($9::text is null or orchestration.thread_id = $9)
        and ($10::text is null or run.session_id = $10) and ${condition} ${order}`,
    values: [...rangeValues(listing), listing.ownerId, listing.status, listing.threadId, listing.sessionId],
  });
  return listing.fromEnd ? rows.reverse() : rows;
}
