import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { type BulkRow, findBulkOperations } from '../../store/bulk/bulk.ts';
import type { Database } from '../../store/database/database.ts';
import { findOrchestrations, type OrchestrationRow } from '../../store/orchestrations/orchestrations.ts';
import type { RunRow } from '../../store/runs/run-row.ts';
import { findTasks, type TaskRow } from '../../store/tasks/tasks.ts';
import { type ExecutionRow, findExecutions } from '../../store/workflows/executions.ts';
import type { RunKind } from '../../vocabulary.ts';
import { requireViewer } from './viewer.ts';

/** The row of each kind of run. */
export interface RunRows {
  task: TaskRow;
  execution: ExecutionRow;
  orchestration: OrchestrationRow;
  bulk: BulkRow;
}

type Find<Row> = (database: Database, ownerId: string, ids: readonly string[]) => Promise<Row[]>;

const FIND: { [Kind in RunKind]: Find<RunRows[Kind]> } = {
  task: findTasks,
  execution: findExecutions,
  orchestration: findOrchestrations,
  bulk: findBulkOperations,
};

/**
 * A run of the viewer.
 * @param field the argument that names it, for the error
 * @throws DomainError NOT_FOUND, also for another user's run
 */
export async function ownRun<Kind extends RunKind>(
  context: Context,
  kind: Kind,
  id: string,
  field: string,
): Promise<RunRows[Kind]> {
  const { userId } = requireViewer(context);
  const [found] = await FIND[kind](context.store.database, userId, [id]);
  if (found) return found;
  // The older APIs name the argument when there is no such execution, and do not when there is no such task.
  const prefix = kind === 'execution' ? `${field}: ` : '';
  throw new DomainError(
    'NOT_FOUND',
    `${prefix}there is no such ${kind === 'bulk' ? 'bulk operation' : kind}`,
    { field },
  );
}

export function isOfKind<Kind extends RunKind>(run: RunRows[RunKind], kind: Kind): run is RunRows[Kind] {
  return run.runKind === kind;
}

/** @throws DomainError INVALID_STATE, always. @param why what the run's status does not allow, as a clause */
export function refuseStatus({ runKind, status }: RunRow, why: string): never {
  const message = `input.id: the ${runKind} is ${status}: ${why}`;
  throw new DomainError('INVALID_STATE', message, { field: 'input.id' });
}
