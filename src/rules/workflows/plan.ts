import type { RunError } from '../../errors.ts';
import { type ExecutionStepStatus, RUN_ENDINGS, type RunStatus } from '../../vocabulary.ts';
import { nextWait } from '../runs/retry.ts';
import type { WorkflowDefinition, WorkflowStep } from './workflow.ts';

/** A step as far as an execution has come with it. */
export interface StepState {
  key: string;
  status: ExecutionStepStatus;
  /** How many tasks it takes: 1, or as many as its list is long. null: it has not begun. */
  size: number | null;
  /** The failures of tries up to this one were forgiven when the execution was retried. */
  forgiven: number;
}

/** A task of a step. */
export interface Try {
  taskId: string;
  step: string;
  /** Place in the step's list, from 0. */
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
  /** Why the one before failed; null: there was none. */
  after: RunError | null;
}

/** What is to be done with an execution now. */
export interface Decision {
  /** Steps whose turn it is: their condition and their list are to be looked at. */
  ready: string[];
  completed: string[];
  failed: { key: string; error: RunError }[];
  /** Tasks to be made. */
  starts: NextTry[];
  /** Tasks that took too long. */
  overdue: string[];
  /** Whether a step has failed, so that nothing new begins. */
  isFailing: boolean;
  /** Whether nothing runs, and nothing will. */
  isOver: boolean;
  /** When to look again, though no task has ended by then. */
  wakeAt: Date | null;
}

/** Stands in the log of a task that was cancelled for its time. */
export const TIMED_OUT = 'the time limit of its step';

const ENDED: ReadonlySet<RunStatus> = new Set(RUN_ENDINGS);
const OVER: ReadonlySet<ExecutionStepStatus> = new Set(['completed', 'skipped']);

/** Trying these again would come to the same, or is not wanted. */
const NOT_WORTH_ANOTHER = new Set<RunError['code']>([
  'BUDGET_EXCEEDED',
  'CONTEXT_TOO_LONG',
  'PRICE_UNKNOWN',
  'PROVIDER_NOT_CONFIGURED',
  'QUOTA_EXCEEDED',
  'TASK_CANCELLED',
  'TEMPLATE_FAILED',
]);

/** Decides from what there is alone, so that it may be asked again at any time, by whoever goes on with the execution. */
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
  /** When a running task becomes overdue. */
  moments: Date[];
  /** When a failed one is tried again. */
  retries: Date[];
}

/** What is to be done with a running step. */
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

/** Whoever was to cancel an overdue task may be lost on the way. */
const CANCEL_SECONDS = 5;

/** null: it is not tried again. @param failures how many, at least 1. */
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
