import type { StepQuestion } from '../../rules/workflows/liquid.ts';
import { type Decision, decide, earliest } from '../../rules/workflows/plan.ts';
import {
  type ExecutionResult,
  resultOf,
  type StepResult,
  stepFailure,
} from '../../rules/workflows/workflow.ts';
import type { LoggedEvent } from '../../store/log/events.ts';
import { type ExecutionChange, readTaskResults } from '../../store/workflows/execution-state.ts';
import { requireAnswers } from './answers.ts';
import { beginQuestion, beginStep } from './begin-step.ts';
import { startTask, taskQuestion } from './create-step-task.ts';
import { changeStep, contentsOf, type Draft, stepOf } from './draft.ts';
import { failStep } from './fail-step.ts';

export interface Proceeding {
  change: ExecutionChange;
  /** Events in the logs of tasks that were created. */
  created: LoggedEvent[];
  /** Tasks that exceeded their time limit. */
  overdue: string[];
}

/** Applies all changes that are due, and those that follow from them, until nothing remains to be done. */
export async function proceed(draft: Draft): Promise<Proceeding> {
  const { definition, now } = draft.execution;
  for (;;) {
    const decision = decide(definition, draft.steps, draft.tries, now);
    if (isQuiet(decision)) return conclude(draft, decision);
    await completeSteps(draft, decision.completed);
    for (const { key, error } of decision.failed) failStep(draft, key, error);
    await requireAnswers(draft, await questionsOf(draft, decision));
    for (const key of decision.ready) beginStep(draft, key);
    for (const next of decision.starts) await startTask(draft, next);
  }
}

async function questionsOf(draft: Draft, { ready, starts }: Decision): Promise<StepQuestion[]> {
  const questions: (StepQuestion | null)[] = ready.map((key) => beginQuestion(draft, key));
  for (const next of starts) questions.push(await taskQuestion(draft, next));
  return questions.filter((question) => question !== null);
}

function isQuiet({ completed, failed, ready, starts }: Decision): boolean {
  return completed.length + failed.length + ready.length + starts.length === 0;
}

async function completeSteps(draft: Draft, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  const rows = await readTaskResults(draft.client, draft.execution.id, keys);
  const byKey = Map.groupBy(rows, ({ key }) => key);
  for (const key of keys) {
    const results = (byKey.get(key) ?? []).map(({ result }) => result);
    const result = stepOf(draft, key).forEach === null ? single(results[0]!) : listed(results);
    changeStep(draft, key, { status: 'completed', result });
    draft.events.push({ type: 'StepCompleted', data: { stepId: key, stepType: draft.workers[key]!.kind } });
  }
}

/** The result of a task has more fields. */
function single({ output, data }: StepResult): StepResult {
  return data === undefined ? { output } : { output, data };
}

function listed(results: readonly StepResult[]): StepResult {
  const output = results.map((result) => result.output);
  const hasData = results.some(({ data }) => data !== undefined);
  return hasData ? { output, data: results.map(({ data }) => data ?? null) } : { output };
}

/** The share of steps that have ended. */
function progressOf({ steps }: Draft): number {
  return steps.filter(({ status }) => status === 'completed' || status === 'skipped').length / steps.length;
}

async function conclude(draft: Draft, decision: Decision): Promise<Proceeding> {
  const { execution } = draft;
  const { timeoutSeconds } = execution.definition;
  const deadlineAt =
    execution.deadlineAt ??
    (timeoutSeconds === null ? null : new Date(execution.now.getTime() + timeoutSeconds * 1000));
  const progress = progressOf(draft);
  if (progress > execution.progress) draft.events.push({ type: 'ProgressMade', data: { progress } });
  const outcome = decision.isOver ? await endOf(draft, decision) : null;
  return {
    created: draft.created,
    overdue: decision.overdue,
    change: {
      steps: [...draft.changes.values()],
      workers: execution.workers ? null : draft.workers,
      deadlineAt,
      progress,
      wakeAt: earliest([decision.wakeAt, deadlineAt]),
      outcome,
      events: draft.events,
    },
  };
}

async function endOf(draft: Draft, { isFailing }: Decision): Promise<ExecutionChange['outcome']> {
  if (!isFailing) {
    const result: ExecutionResult = resultOf(draft.execution.definition, await contentsOf(draft));
    draft.events.push({ type: 'RunCompleted', data: { result: { ...result } } });
    return { result };
  }
  for (const { key, status } of draft.steps) {
    if (status === 'running') changeStep(draft, key, { status: 'cancelled' });
  }
  const failed = draft.steps.find(({ status }) => status === 'failed')!;
  const error = stepFailure(failed.key, await errorOf(draft, failed.key));
  draft.events.push({ type: 'RunFailed', data: { error } });
  return { error };
}

async function errorOf(draft: Draft, key: string) {
  const contents = await contentsOf(draft);
  return contents.find((content) => content.key === key)!.error!;
}
