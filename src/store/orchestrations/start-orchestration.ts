import type { ModelReference } from '../../rules/models/model-id.ts';
import { fenced, type Lease } from '../log/lease.ts';
import type { Store } from '../store.ts';

/** What a worker needs to execute an orchestration. */
export interface StartedOrchestration {
  id: string;
  prompt: string;
  threadId: string | null;
  candidates: ModelReference[];
  reasoning: string;
  evaluationThreshold: number;
  maxIterations: number;
}

/**
 * Starts or resumes an orchestration for its worker. @throws LeaseLost when this worker no longer holds the
 * run
 */
export async function startOrchestration({ database }: Store, lease: Lease): Promise<StartedOrchestration> {
  const { rows } = await database.pool.query<StartedOrchestration>({
    name: 'start-orchestration',
    text: `
      update orchestration set started_at = coalesce(started_at, clock_timestamp())
      from run
      where orchestration.id = $1 and run.id = $1 and run.epoch = $2 and run.status = 'running'
      returning orchestration.id, prompt, thread_id as "threadId", candidates, reasoning,
        evaluation_threshold as "evaluationThreshold", max_iterations as "maxIterations"`,
    values: [lease.runId, lease.epoch],
  });
  const [orchestration] = rows;
  if (!orchestration) throw fenced(lease);
  return orchestration;
}
