import { coerceError, DomainError, RUN_ERROR_CODES, type RunError, type RunErrorCode } from '../errors.ts';
import { ProviderError } from '../providers/provider.ts';
import type { TaskResult } from '../rules/task.ts';
import { storable } from '../rules/text.ts';
import type { ClaimedRun, ClaimedTask } from '../store/claim-run.ts';
import { isConnectionLoss, outlastConnectionLoss } from '../store/connection-loss.ts';
import { completeTask, failTask } from '../store/finish-run.ts';
import { giveBackRun } from '../store/give-back-run.ts';
import { type Lease, LeaseLost } from '../store/lease.ts';
import { runAgent } from './agent/run-agent.ts';
import type { EngineContext } from './context.ts';
import { runPrompt } from './run-prompt.ts';
import { runPull } from './run-pull.ts';
import { runTemplate } from './template/run-template.ts';

/** A result, and how many inputs of people it takes into account, where people may give any. */
export type RunOutcome = TaskResult & { inputs?: number };

/** A run that ends its worker's process each time would go on doing so, and take its neighbours along. */
const MAX_LOSSES = 10;

/** null: the run waits, and what wakes it makes a job of its own. */
type Runner = (context: EngineContext, lease: Lease, task: ClaimedTask) => Promise<RunOutcome | null>;

const RUNNERS: Record<ClaimedTask['kind'], Runner> = {
  prompt: runPrompt,
  agent: runAgent,
  pull: runPull,
};

function run(context: EngineContext, lease: Lease, task: ClaimedRun): Promise<RunOutcome | null> {
  return task.kind === 'template'
    ? runTemplate(context, lease, task)
    : RUNNERS[task.kind](context, lease, task);
}

/**
 * Carries a claimed task to its end and writes that end; a lost lease is given back, if nobody took it.
 * @throws only when neither could be written.
 */
export async function carryOutTask(context: EngineContext, lease: Lease, task: ClaimedRun): Promise<void> {
  try {
    if (task.losses >= MAX_LOSSES) throw lostTooOften(task);
    for (let isOver = false; !isOver; ) {
      const outcome = await run(context, lease, task);
      isOver =
        outcome === null || (await outlastConnectionLoss(() => completeTask(context.store, lease, outcome)));
    }
  } catch (thrown) {
    const cause = lease.signal.aborted ? lease.signal.reason : thrown;
    if (cause instanceof LeaseLost || isConnectionLoss(cause)) return letGo(context, lease);
    await fail(context, lease, toRunError(context, task, cause));
  }
}

function lostTooOften({ losses }: ClaimedRun): DomainError {
  const message = `${losses} workers were lost while they had the task; if it is not to blame, retry it`;
  return new DomainError('WORKER_LOST', message);
}

/** A try whose answer was lost may have ended the run; then the next one finds it so, and all is done. */
async function fail({ store }: EngineContext, lease: Lease, error: RunError): Promise<void> {
  const storableError = { ...error, message: storable(error.message) };
  await outlastConnectionLoss(() => failTask(store, lease, storableError)).catch((thrown) => {
    if (!(thrown instanceof LeaseLost)) throw thrown;
  });
}

/**
 * The text starts again elsewhere, under a higher epoch. Whoever took the lease has raised it already, and this
 * touches nothing; but a lease may be lost by mistake, or to a write whose outcome nobody knows.
 */
async function letGo({ store }: EngineContext, lease: Lease): Promise<void> {
  await outlastConnectionLoss(() => giveBackRun(store, lease));
}

function toRunError(context: EngineContext, task: ClaimedRun, thrown: unknown): RunError {
  if (thrown instanceof ProviderError) return { code: thrown.code, message: thrown.message };
  if (thrown instanceof DomainError && isRunErrorCode(thrown.code)) {
    return { code: thrown.code, message: thrown.message };
  }
  const error = coerceError(thrown);
  context.log.error({ task: task.id, error: error.stack }, 'task failed unexpectedly');
  return { code: 'INTERNAL_ERROR', message: `unexpected failure; the log has it under task ${task.id}` };
}

function isRunErrorCode(code: string): code is RunErrorCode {
  return (RUN_ERROR_CODES as readonly string[]).includes(code);
}
