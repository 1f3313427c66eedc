import type { ResultOf } from 'gql.tada';
import { z } from 'zod';
import { graphql } from '../../handling/documents.ts';
import { isoSeconds, plainId } from '../../shapes/output.ts';
import { errorOf, resultOf } from '../../shapes/results.ts';
import { descriptionOf, titleOf } from '../../shapes/task-texts.ts';
import { TASK_STATUS, TASK_STATUSES } from '../status-words.ts';
import { readReport } from './client-report.ts';
import { PRIORITY_WORDS, priorityWord, TASK_TYPES, typeOf } from './types-and-priorities.ts';

export const TASK = graphql(`fragment Task on Task {
  id type title description prompt templateName model priority status progress result error { message } cancelReason
  cost metadata createdAt updatedAt endedAt
}`);

export const taskShape = z.object({
  id: z.string(),
  type: z.enum(TASK_TYPES),
  title: z.string(),
  description: z.string(),
  priority: z.enum(PRIORITY_WORDS),
  status: z.enum(TASK_STATUSES),
  progress: z.number(),
  result: z.record(z.string(), z.unknown()).nullable(),
  error: z.string().nullable(),
  cost: z.number(),
  created_at: z.string(),
  updated_at: z.string(),
  completed_at: z.string().nullable(),
  origin: z.literal('client').optional().meta({
    description: 'Present if progress, result, error or cost come from the client; no one measured them.',
  }),
});

/** A task of any origin, as represented in this API. */
export function showTask(task: ResultOf<typeof TASK>): z.input<typeof taskShape> {
  const report = readReport(task.metadata);
  return {
    id: plainId(task.id),
    type: typeOf(task.type),
    title: titleOf(task),
    description: descriptionOf(task),
    priority: priorityWord(task.priority),
    status: TASK_STATUS[task.status],
    progress: Math.max(task.progress, report?.progress ?? 0),
    result: resultOf(task),
    error: errorOf(task),
    cost: report?.cost ?? task.cost,
    created_at: isoSeconds(task.createdAt),
    updated_at: isoSeconds(task.updatedAt),
    completed_at: task.endedAt && isoSeconds(task.endedAt),
    ...(report && { origin: report.origin }),
  };
}
