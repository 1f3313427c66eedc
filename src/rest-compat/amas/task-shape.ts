import type { ResultOf } from 'gql.tada';
import { z } from 'zod';
import { graphql } from '../handling/documents.ts';
import { isoSeconds, plainId } from '../shapes/output.ts';
import { errorOf, resultOf } from '../shapes/results.ts';
import { titleOf } from '../shapes/task-texts.ts';
import { PREDICTION, predictionShape, showPrediction } from './prediction-shape.ts';
import { TASK_STATUS, TASK_STATUSES } from './status-words.ts';
import { showParameters } from './work-parameters.ts';

export const FRESH_TASK = graphql(
  `fragment FreshTask on Task {
    id title description prompt templateName model status prediction { ...Prediction } assignedAgents { id }
  }`,
  [PREDICTION],
);

export const TASK = graphql(
  `fragment Task on Task {
    ...FreshTask
    type target priority progress model parameters { temperature maxTokens } taskParameters
    result error { message } cancelReason createdAt startedAt completedAt: endedAt
  }`,
  [FRESH_TASK],
);

/** A task as documented. */
export const freshTaskShape = z.object({
  id: z.string(),
  title: z.string(),
  status: z.enum(TASK_STATUSES),
  /** null: it was created through another API. */
  prediction: predictionShape.nullable(),
  assigned_agents: z.array(z.string()),
});

/** The same with its result, which the documentation does not mention. */
export const taskShape = freshTaskShape.extend({
  description: z.string(),
  task_type: z.string().nullable(),
  target: z.string().nullable(),
  priority: z.int(),
  parameters: z.record(z.string(), z.unknown()),
  model: z.string().nullable(),
  /** Percent. */
  progress: z.int(),
  result: z.record(z.string(), z.unknown()).nullable(),
  error: z.string().nullable(),
  created_at: z.string(),
  started_at: z.string().nullable(),
  completed_at: z.string().nullable(),
});

/** Field names of clients by field names of the schema. */
export const TASK_NAMES = {
  id: 'task_id',
  type: 'task_type',
  task_parameters: 'parameters',
  model: 'parameters.model',
};

export function showFreshTask(task: ResultOf<typeof FRESH_TASK>): z.input<typeof freshTaskShape> {
  return {
    id: plainId(task.id),
    title: titleOf(task),
    status: TASK_STATUS[task.status],
    prediction: task.prediction && showPrediction(task.prediction),
    assigned_agents: task.assignedAgents.map(({ id }) => plainId(id)),
  };
}

/** A task of any origin, as represented in this API. */
export function showTask(task: ResultOf<typeof TASK>): z.input<typeof taskShape> {
  return {
    ...showFreshTask(task),
    description: task.description ?? '',
    task_type: task.type,
    target: task.target,
    priority: task.priority,
    parameters: showParameters(task),
    model: task.model,
    progress: Math.floor(task.progress * 100),
    result: resultOf(task),
    error: errorOf(task),
    created_at: isoSeconds(task.createdAt),
    started_at: task.startedAt && isoSeconds(task.startedAt),
    completed_at: task.completedAt && isoSeconds(task.completedAt),
  };
}
