import type { RunError } from '../../errors.ts';
import { type ExecutionStepStatus, RUN_ENDINGS, type RunStatus } from '../../vocabulary.ts';
import { nextWait } from '../runs/retry.ts';
import type { WorkflowDefinition, WorkflowStep } from './workflow.ts';

/** The state of a step in an execution. */
export interface StepState {
  key: string;
  status: ExecutionStepStatus;
  /** Number of its tasks: 1, or the length of its list. null: it has not begun. */
  size: number | null;
  /** Failed attempts up to this one do not count, because the execution was retried. */
  forgiven: number;
}

/** A task of a step. */
export interface Try {
  taskId: string;
  step: string;
  /** Index in the list of the step, from 0. */
  item: number;
  /** From 1. */
  attempt: number;
  status: RunStatus;
  cancelReason: string | null;
  error: RunError | null;
  createdAt: Date;
  endedAt: Date | null;
}

export interface NextTry {
  step: string;
  item: number;
  attempt: number;
  /** The error of the previous attempt; null: there was none. */
  after: RunError | null;
}

/** The next actions of an execution. */
export interface Decision {
  /** Steps that can start: their condition and list have to be evaluated. */
  ready: string[];
  completed: string[];
  failed: { key: string; error: RunError }[];
  /** Tasks to create. */
  starts: NextTry[];
  /** Tasks that exceeded their time limit. */
  overdue: string[];
  /** Whether a step has failed, so that no further steps start. */
  isFailing: boolean;
  /** Whether nothing is running, and nothing will. */
  isOver: boolean;
  /** When to check again, even if no task has ended by then. */
  wakeAt: Date | null;
}

/** Cancel reason in the log of a task that exceeded its time limit. */
export const TIMED_OUT = 'the time limit of its step';

const ENDED: ReadonlySet<RunStatus> = new Set(RUN_ENDINGS);
const OVER: ReadonlySet<ExecutionStepStatus> = new Set(['completed', 'skipped']);

/** Retrying after these errors would have the same result, or is unwanted. */
const NOT_WORTH_ANOTHER = new Set<RunError['code']>([
  'BUDGET_EXCEEDED',
  'CONTEXT_TOO_LONG',
  'PRICE_UNKNOWN',
  'PROVIDER_NOT_CONFIGURED',
  'QUOTA_EXCEEDED',
  'TASK_CANCELLED',
  'TEMPLATE_FAILED',
]);

/** Decides from the current state alone, so that it can be repeated at any time, by any worker. */
export function decide(
  { steps: definitions }: WorkflowDefinition,
  steps: readonly StepState[],
  tries: readonly Try[],
  now: Date,
): Decision {
  const states = new Map(steps.map((step) => [step.key, step]));
  const looks = definitions.flatMap((definition) => {
    const state = states.get(definition.id)!;
    return state.status === 'running' ? [lookAt(definition, state, tries, now)] : [];
  });
  const completed = looks.filter(({ isDone }) => isDone).map(({ key }) => key);
  const failed = looks.flatMap(({ key, error }) => (error ? [{ key, error }] : []));
  const isFailing = failed.length > 0 || steps.some(({ status }) => status === 'failed');
  const isOverNow = (key: string) => completed.includes(key) || OVER.has(states.get(key)!.status);
  const isReady = ({ id, dependsOn }: WorkflowStep) =>
    states.get(id)!.status === 'pending' && dependsOn.every(isOverNow);
  const isActive = tries.some(({ status }) => !ENDED.has(status));
  return {
    ready: isFailing ? [] : definitions.filter(isReady).map(({ id }) => id),
    completed,
    failed,
    starts: isFailing ? [] : looks.flatMap(({ due }) => due),
    overdue: looks.flatMap(({ overdue }) => overdue),
    isFailing,
    isOver: isFailing ? !isActive : definitions.every(({ id }) => isOverNow(id)),
    wakeAt: earliest(
      looks.flatMap(({ moments, retries }) => (isFailing ? moments : [...moments, ...retries])),
    ),
  };
}

interface Look {
  key: string;
  isDone: boolean;
  error: RunError | null;
  due: NextTry[];
  overdue: string[];
  /** When running tasks become overdue. */
  moments: Date[];
  /** When failed ones are retried. */
  retries: Date[];
}

/** The next actions of a running step. */
function lookAt(definition: WorkflowStep, state: StepState, tries: readonly Try[], now: Date): Look {
  const latest = latestTries(definition.id, tries);
  const items = Array.from({ length: state.size ?? 0 }, (_, item) =>
    lookAtItem(definition, state, latest.get(item) ?? null, item, now),
  );
  const error = items.find((item) => item.error)?.error ?? null;
  const running = items.filter(({ isActive }) => isActive).length;
  const due = items.flatMap((item) => item.due ?? []);
  return {
    key: definition.id,
    isDone: items.every(({ isDone }) => isDone),
    error,
    due: due.slice(0, Math.max(0, definition.maxConcurrency - running)),
    overdue: items.flatMap(({ overdue }) => overdue ?? []),
    moments: items.flatMap(({ overdueAt }) => overdueAt ?? []),
    retries: items.flatMap(({ retryAt }) => retryAt ?? []),
  };
}

interface ItemLook {
  isDone?: boolean;
  isActive?: boolean;
  error?: RunError;
  due?: NextTry;
  overdue?: string;
  overdueAt?: Date;
  retryAt?: Date;
}

function lookAtItem(
  definition: WorkflowStep,
  { forgiven }: StepState,
  latest: Try | null,
  item: number,
  now: Date,
): ItemLook {
  const next = { step: definition.id, item, attempt: (latest?.attempt ?? 0) + 1 };
  if (!latest) return { due: { ...next, after: null } };
  if (latest.status === 'completed') return { isDone: true };
  if (!ENDED.has(latest.status)) return lookAtActive(definition, latest, now);
  const error = errorOf(latest);
  if (latest.attempt <= forgiven) return { due: { ...next, after: error } };
  const retryAt = retryTime(definition, latest, error, latest.attempt - forgiven);
  if (!retryAt) return { error: named(definition, item, error) };
  return retryAt <= now ? { due: { ...next, after: error } } : { retryAt };
}

function lookAtActive({ timeoutSeconds }: WorkflowStep, { taskId, createdAt }: Try, now: Date): ItemLook {
  if (timeoutSeconds === null) return { isActive: true };
  const overdueAt = after(createdAt, timeoutSeconds);
  return overdueAt <= now
    ? { isActive: true, overdue: taskId, overdueAt: after(now, CANCEL_SECONDS) }
    : { isActive: true, overdueAt };
}

/** The worker that should cancel an overdue task may be lost. */
const CANCEL_SECONDS = 5;

/** null: it is not retried. @param failures number of failures, at least 1 */
function retryTime(
  { retries, retryDelaySeconds }: WorkflowStep,
  { endedAt, createdAt }: Try,
  error: RunError,
  failures: number,
): Date | null {
  if (NOT_WORTH_ANOTHER.has(error.code)) return null;
  const policy = { tries: retries + 1, firstWaitMs: retryDelaySeconds * 1000, maxRetryAfterMs: 0 };
  const waitMs = nextWait(policy, failures, null, 1);
  return waitMs === null ? null : after(endedAt ?? createdAt, waitMs / 1000);
}

function errorOf({ status, error, cancelReason }: Try): RunError {
  if (status === 'failed' && error) return error;
  if (cancelReason === TIMED_OUT) {
    return { code: 'TIME_LIMIT_REACHED', message: 'it took longer than its step allows' };
  }
  return { code: 'TASK_CANCELLED', message: `its task was cancelled: ${cancelReason ?? 'without a reason'}` };
}

function named({ forEach }: WorkflowStep, item: number, error: RunError): RunError {
  return forEach === null ? error : { ...error, message: `item ${item}: ${error.message}` };
}

function latestTries(step: string, tries: readonly Try[]): Map<number, Try> {
  const latest = new Map<number, Try>();
  for (const one of tries) {
    const known = latest.get(one.item);
    if (one.step === step && (!known || known.attempt < one.attempt)) latest.set(one.item, one);
  }
  return latest;
}

function after(moment: Date, seconds: number): Date {
  return new Date(moment.getTime() + seconds * 1000);
}

export function earliest(moments: readonly (Date | null)[]): Date | null {
  const times = moments.flatMap((moment) => moment?.getTime() ?? []);
  return times.length > 0 ? new Date(Math.min(...times)) : null;
}
