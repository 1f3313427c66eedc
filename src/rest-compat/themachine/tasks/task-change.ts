import { isDeepStrictEqual } from 'node:util';
import type { ResultOf } from 'gql.tada';
import type { z } from 'zod';
import { DomainError } from '../../../errors.ts';
import { anyObject, jsonBody, oneOf, text } from '../../shapes/input.ts';
import { resultOf } from '../../shapes/results.ts';
import { descriptionOf, titleOf } from '../../shapes/task-texts.ts';
import { TASK_STATUS, TASK_STATUSES, type TaskStatus } from '../status-words.ts';
import { type Report, reportable, reportOf } from './client-report.ts';
import { showTask, type TASK } from './task-shape.ts';
import { PRIORITIES, PRIORITY_WORDS, priorityWord, TASK_TYPES, typeOf } from './types-and-priorities.ts';

export const taskChange = jsonBody({
  type: oneOf(TASK_TYPES).nullish(),
  title: text().nullish(),
  description: text().nullish(),
  priority: oneOf(PRIORITY_WORDS).nullish(),
  context: anyObject().nullish(),
  status: oneOf(TASK_STATUSES).nullish(),
  ...reportable,
});

type Given = z.output<typeof taskChange>;
type Task = ResultOf<typeof TASK>;

/**
 * The changes to a task. Clients send back whole tasks with one changed member, so equal values are not
 * changes; null is a change of the context only, which is optional.
 * @throws DomainError VALIDATION_ERROR for fields that cannot be changed
 */
export function changeOf({ type, title, description, priority, context }: Given, task: Task) {
  if (type && type !== typeOf(task.type)) throw refused('type', [typeOf(task.type)]);
  return {
    ...(title !== null && title !== undefined && title !== titleOf(task) && { title }),
    ...(description !== null &&
      description !== undefined &&
      description !== descriptionOf(task) && { description }),
    ...(priority && priority !== priorityWord(task.priority) && { priority: PRIORITIES[priority] }),
    ...(context !== undefined && { context }),
  };
}

/** What a change reports of the work itself. @throws DomainError VALIDATION_ERROR */
export function reportIn(given: Given, task: Task, ending: 'completed' | 'failed' | null): Report {
  const shown = showTask(task);
  return reportOf(given, { ...shown, hasEnded: task.endedAt !== null }, ending);
}

/**
 * If a worker has ended the task in the meantime, its result is kept.
 * @throws DomainError INVALID_STATE when the end that a change reports came too late
 */
export function refuseLateReport({ result, error }: Given, ended: Task): void {
  const shown = showTask(ended);
  // As JSON has no -0, stored values do not have it either.
  const given = result && resultOf({ result: JSON.parse(JSON.stringify({ output: '', ...result })) });
  const isKept = (!given || isDeepStrictEqual(given, shown.result)) && (!error || error === shown.error);
  if (isKept) return;
  throw new DomainError('INVALID_STATE', `status: a worker ended the task meanwhile; it is ${shown.status}`);
}

/** The status with which a task should be ended manually; null: none. @throws DomainError VALIDATION_ERROR */
export function endingOf({ status: wanted }: Given, task: Task): 'completed' | 'failed' | null {
  const present = TASK_STATUS[task.status];
  if (!wanted || wanted === present) return null;
  const hasEnded = present === 'completed' || present === 'failed';
  if (!hasEnded && (wanted === 'completed' || wanted === 'failed')) return wanted;
  throw refused('status', hasEnded ? [present] : [present, 'completed', 'failed']);
}

function refused(field: string, allowed: readonly (TaskStatus | string)[]): DomainError {
  const message = `${field}: must be ${allowed.join(' or ')} for this task`;
  return new DomainError('VALIDATION_ERROR', message, { field, allowed });
}
