import type { ClientBase } from 'pg';
import { coerceError, DomainError } from '../../errors.ts';
import { TIMED_OUT } from '../../rules/workflows/plan.ts';
import { outlastConnectionLoss } from '../../store/database/connection-loss.ts';
import { transaction } from '../../store/database/transaction.ts';
import type { LoggedEvent } from '../../store/log/events.ts';
import { publishAll } from '../../store/log/publish-all.ts';
import { cancelRun } from '../../store/runs/cancel-run.ts';
import { failExecution } from '../../store/workflows/end-execution.ts';
import { type ExecutionState, lockExecution, writeExecution } from '../../store/workflows/execution-state.ts';
import { readOwner } from '../../store/workflows/executions.ts';
import type { EngineContext } from '../context.ts';
import { AnswersNeeded, findAnswers } from './answers.ts';
import { openDraft, type Supplies } from './draft.ts';
import { proceed } from './proceed.ts';
import { findModel, type StepWorkers, settleWorkers } from './step-workers.ts';
import { ModelNeeded } from './template-task.ts';

/**
 * Advances an execution: processes tasks that have ended, starts steps that are ready, and ends it.
 * Everything happens in one transaction that decides by the state it finds, so it may be called at any time,
 * by any worker, any number of times.
 */
export async function advanceExecution(context: EngineContext, runId: string): Promise<void> {
  try {
    await outlastConnectionLoss(() => advance(context, runId));
  } catch (thrown) {
    await fail(context, runId, thrown);
  }
}

/** What remains to be done after the transaction. */
type Left =
  | { kind: 'nothing' }
  /** The performers of its steps have not been chosen yet. */
  | { kind: 'start'; state: ExecutionState }
  /** A template names a model that has not been looked up yet. */
  | { kind: 'look-up'; model: string | null; ownerId: string }
  | { kind: 'compute'; needed: AnswersNeeded }
  | { kind: 'time-out'; state: ExecutionState }
  | { kind: 'done'; state: ExecutionState; events: LoggedEvent[]; overdue: string[] };

async function advance(context: EngineContext, runId: string, given: Given = NOTHING_GIVEN): Promise<void> {
  const { store } = context;
  const left = await tryToAdvance(context, runId, given);
  if (left.kind === 'nothing') return;
  if (left.kind === 'look-up') {
    const found = await findModel(context, left.ownerId, left.model);
    return advance(context, runId, { ...given, models: new Map([...given.models, [left.model, found]]) });
  }
  if (left.kind === 'compute') {
    const found = await findAnswers(context.compute(left.needed.ownerId), left.needed);
    return advance(context, runId, { ...given, answers: new Map([...given.answers, ...found]) });
  }
  const { ownerId } = left.state;
  if (left.kind === 'start') {
    return advance(context, runId, { ...given, workers: await settleWorkers(context, left.state) });
  }
  if (left.kind === 'time-out') {
    const message = `it took longer than ${left.state.definition.timeoutSeconds} s`;
    await failExecution(store, { runId, ownerId }, { code: 'TIME_LIMIT_REACHED', message });
    return;
  }
  publishAll(store.bus, left.events);
  const count = left.events.filter(({ type }) => type === 'RunCreated').length;
  if (count > 0) store.created.emit('runs', { ownerId, count });
  for (const overdue of left.overdue) {
    await cancelRun(store, { runId: overdue, kind: 'task', ownerId, reason: TIMED_OUT });
  }
}

/** Values determined outside of the transaction. */
type Given = Pick<Supplies, 'models' | 'answers'> & { workers: StepWorkers | null };

const NOTHING_GIVEN: Given = { workers: null, models: new Map(), answers: new Map() };

async function tryToAdvance({ store, secrets }: EngineContext, runId: string, given: Given): Promise<Left> {
  try {
    return await transaction(store.database, (client) =>
      advanceWithin(client, runId, { ...given, secrets, quotas: store.quotas }),
    );
  } catch (thrown) {
    if (thrown instanceof ModelNeeded)
      return { kind: 'look-up', model: thrown.model, ownerId: thrown.ownerId };
    if (thrown instanceof AnswersNeeded) return { kind: 'compute', needed: thrown };
    throw thrown;
  }
}

async function advanceWithin(
  client: ClientBase,
  runId: string,
  { workers: settled, ...supplies }: Given & Pick<Supplies, 'secrets' | 'quotas'>,
): Promise<Left> {
  const state = await lockExecution(client, runId);
  if (!state) return { kind: 'nothing' };
  const workers = (state.workers as StepWorkers | null) ?? settled;
  if (!workers) return { kind: 'start', state };
  if (state.deadlineAt && state.deadlineAt <= state.now) return { kind: 'time-out', state };
  const { change, created, overdue } = await proceed(openDraft(client, state, { ...supplies, workers }));
  const own = await writeExecution(client, runId, change);
  return { kind: 'done', state, events: [...created, ...own], overdue };
}

/** An unexpected error would only repeat; the owner sees it and can retry the execution. */
async function fail(context: EngineContext, runId: string, thrown: unknown): Promise<void> {
  const { store, log } = context;
  const isForeseen = thrown instanceof DomainError;
  if (!isForeseen) {
    log.error({ execution: runId, error: coerceError(thrown).stack }, 'execution failed unexpectedly');
  }
  const message = isForeseen ? thrown.message : `unexpected error; see the log for execution ${runId}`;
  const code = isForeseen ? 'STEP_FAILED' : 'INTERNAL_ERROR';
  const ownerId = await readOwner(store.database, runId);
  if (ownerId) await outlastConnectionLoss(() => failExecution(store, { runId, ownerId }, { code, message }));
}
