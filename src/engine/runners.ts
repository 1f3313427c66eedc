import { coerceError, DomainError, type RunError } from '../errors.ts';
import type { LeasedKind } from '../rules/runs/kinds.ts';
import { isConnectionLoss, outlastConnectionLoss } from '../store/database/connection-loss.ts';
import { type Lease, LeaseLost, RunDeferred } from '../store/log/lease.ts';
import type { ClaimedRun } from '../store/runs/claim-run.ts';
import { deferRun } from '../store/runs/defer-run.ts';
import { completeRun, failRun } from '../store/runs/finish-run.ts';
import { releaseRun } from '../store/runs/release-run.ts';
import type { RunOutcome } from '../store/runs/run-result.ts';
import type { EngineContext } from './context.ts';
import { runOrchestration } from './orchestrations/run-orchestration.ts';
import { knownRunError } from './run-error.ts';
import { runTask } from './tasks/run-task.ts';

type LeasedRun = ClaimedRun & { kind: LeasedKind };

/** null: the run waits, and what wakes it adds a ticket. */
type Runner = (context: EngineContext, lease: Lease, run: LeasedRun) => Promise<RunOutcome | null>;

/** A run that ends its worker's process each time would go on doing so, and take its neighbours along. */
const MAX_LOSSES = 10;

const RUNNERS: Record<LeasedRun['kind'], Runner> = { task: runTask, orchestration: runOrchestration };

/**
 * Carries a claimed run to its end and writes that end; a lost lease is given back, if nobody took it.
 * @returns false: it was given back, or waits, so that it may have been claimed again already.
 * @throws only when neither could be written.
 */
export async function carryOut(context: EngineContext, lease: Lease, run: LeasedRun): Promise<boolean> {
  try {
    if (run.losses >= MAX_LOSSES) throw lostTooOften(run);
    const outcome = await RUNNERS[run.kind](context, lease, run);
    if (outcome === null) return false;
    const isOver = await outlastConnectionLoss(() => completeRun(context.store, lease, outcome));
    // Somebody has said more meanwhile; it goes on from its checkpoints, with what is left of its time.
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
  const message = `${losses} workers were lost while they had the ${kind}; if it is not to blame, retry it`;
  return new DomainError('WORKER_LOST', message);
}

/** A try whose answer was lost may have ended the run; then the next one finds it so, and all is done. */
async function fail({ store }: EngineContext, lease: Lease, error: RunError): Promise<void> {
  await outlastConnectionLoss(() => failRun(store, lease, error)).catch((thrown) => {
    if (!(thrown instanceof LeaseLost)) throw thrown;
  });
}

/**
 * The text starts again elsewhere, under a higher epoch. Whoever took the lease has raised it already, and this
 * touches nothing; but a lease may be lost by mistake, or to a write whose outcome nobody knows.
 */
async function letGo({ store }: EngineContext, lease: Lease): Promise<void> {
  await outlastConnectionLoss(() => releaseRun(store, lease));
}

function toRunError(context: EngineContext, { id, kind }: ClaimedRun, thrown: unknown): RunError {
  const known = knownRunError(thrown);
  if (known) return known;
  const error = coerceError(thrown);
  context.log.error({ [kind]: id, error: error.stack }, `${kind} failed unexpectedly`);
  return { code: 'INTERNAL_ERROR', message: `unexpected failure; the log has it under ${kind} ${id}` };
}
