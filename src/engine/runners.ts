import { coerceError, DomainError, type RunError } from '../errors.ts';
import type { LeasedKind } from '../rules/runs/kinds.ts';
import { isConnectionLoss, outlastConnectionLoss } from '../store/database/connection-loss.ts';
import { type Lease, LeaseLost, RunDeferred } from '../store/log/lease.ts';
import type { ClaimedRun } from '../store/runs/claims/claim-run.ts';
import type { RunOutcome } from '../store/runs/finish-run.ts';
import { completeRun, failRun } from '../store/runs/finish-run.ts';
import { releaseRun } from '../store/runs/release-run.ts';
import { deferRun } from '../store/runs/times/defer-run.ts';
import { runBulk } from './bulk/run-bulk.ts';
import type { EngineContext } from './context.ts';
import { runOrchestration } from './orchestrations/run-orchestration.ts';
import { knownRunError } from './run-error.ts';
import { runTask } from './tasks/run-task.ts';

type LeasedRun = ClaimedRun & { kind: LeasedKind };

/** @returns null when the run waits; whatever wakes it adds a job for it */
type Runner = (context: EngineContext, lease: Lease, run: LeasedRun) => Promise<RunOutcome | null>;

/**
 * Limits the damage of a run that kills its worker process every time, together with the other runs of that
 * worker.
 */
const MAX_LOSSES = 10;

const RUNNERS: Record<LeasedRun['kind'], Runner> = {
  task: runTask,
  orchestration: runOrchestration,
  bulk: runBulk,
};

/**
 * Executes a claimed run and writes its end. If the lease was lost, the run is released unless another worker
 * has taken it.
 * @returns false when it was released or waits, so that it may have been claimed again already
 * @throws only when neither could be written
 */
export async function executeLeased(context: EngineContext, lease: Lease, run: LeasedRun): Promise<boolean> {
  try {
    if (run.losses >= MAX_LOSSES) throw lostTooOften(run);
    const outcome = await RUNNERS[run.kind](context, lease, run);
    if (outcome === null) return false;
    const isOver = await outlastConnectionLoss(() => completeRun(context.store, lease, outcome));
    // A new message has arrived meanwhile; the run continues from its checkpoints, with the rest of its time.
    if (!isOver) await letGo(context, lease);
    return isOver;
  } catch (thrown) {
    const cause = lease.signal.aborted ? lease.signal.reason : thrown;
    if (cause instanceof RunDeferred) {
      await outlastConnectionLoss(() => deferRun(context.store, lease, cause));
      return false;
    }
    if (cause instanceof LeaseLost || isConnectionLoss(cause)) {
      await letGo(context, lease);
      return false;
    }
    await fail(context, lease, toRunError(context, run, cause));
    return true;
  }
}

function lostTooOften({ losses, kind }: ClaimedRun): DomainError {
  const message = `${losses} workers were lost while they executed the ${kind}; if it was not the cause, retry it`;
  return new DomainError('WORKER_LOST', message);
}

/** An attempt whose response was lost may have ended the run; the next attempt then finds it ended. */
async function fail({ store }: EngineContext, lease: Lease, error: RunError): Promise<void> {
  await outlastConnectionLoss(() => failRun(store, lease, error)).catch((thrown) => {
    if (!(thrown instanceof LeaseLost)) throw thrown;
  });
}

/**
 * Another worker starts the text over under a higher epoch. If a worker has taken the lease, the epoch was
 * raised already and this changes nothing; but a lease can also be lost by mistake, or to a write with
 * unknown outcome.
 */
async function letGo({ store }: EngineContext, lease: Lease): Promise<void> {
  await outlastConnectionLoss(() => releaseRun(store, lease));
}

function toRunError(context: EngineContext, { id, kind }: ClaimedRun, thrown: unknown): RunError {
  const known = knownRunError(thrown);
  if (known) return known;
  const error = coerceError(thrown);
  context.log.error({ [kind]: id, error: error.stack }, `${kind} failed unexpectedly`);
  return { code: 'INTERNAL_ERROR', message: `unexpected error; see the log for ${kind} ${id}` };
}
