import { z } from 'zod';
import { endpoint } from '../definitions/endpoint.ts';
import { graphql } from '../handling/documents.ts';
import { integer, jsonBody, path, text } from '../shapes/input.ts';
import { globalIdOf } from '../shapes/output.ts';
import {
  FRESH_TASK,
  freshTaskShape,
  showFreshTask,
  showTask,
  TASK,
  TASK_NAMES,
  taskShape,
} from './task-shape.ts';
import { parametersOf, workParameters } from './work-parameters.ts';

const oneTask = z.object({ params: path('task_id') });

export const taskEndpoints = [
  endpoint({
    method: 'POST',
    path: '/api/v1/tasks',
    access: 'account',
    names: TASK_NAMES,
    input: z.object({
      body: jsonBody({
        title: text(),
        task_type: text(),
        description: text().nullish(),
        target: text().nullish(),
        priority: integer().nullish(),
        parameters: workParameters.nullish(),
      }),
    }),
    document: graphql(
      'mutation createTask($input: CreateTaskInput!) { createTask(input: $input) { task { ...FreshTask } } }',
      [FRESH_TASK],
    ),
    variables: ({ body: { title, task_type, description, target, priority, parameters } }) => ({
      input: {
        kind: 'AGENT' as const,
        hold: true,
        predict: true,
        title,
        type: task_type,
        // Forms send fields that were not filled in as empty strings.
        description: description || null,
        target: target || null,
        priority: priority ?? null,
        ...parametersOf(parameters),
      },
    }),
    body: freshTaskShape,
    respond: ({ createTask: { task } }) => showFreshTask(task),
    status: 200,
  }),

  endpoint({
    method: 'POST',
    path: '/api/v1/tasks/{task_id}/execute',
    access: 'account',
    about: 'task',
    names: TASK_NAMES,
    input: oneTask,
    document: graphql(
      'mutation executeTask($input: ExecuteTaskInput!) { executeTask(input: $input) { task { ...Task } } }',
      [TASK],
    ),
    variables: ({ params }) => ({ input: { id: globalIdOf('Task', params.task_id) } }),
    body: taskShape,
    respond: ({ executeTask: { task } }) => showTask(task),
    status: 200,
  }),

  endpoint({
    method: 'GET',
    path: '/api/v1/tasks/{task_id}',
    access: 'account',
    about: 'task',
    input: oneTask,
    document: graphql('query task($id: ID!) { task(id: $id) { ...Task } }', [TASK]),
    variables: ({ params }) => ({ id: globalIdOf('Task', params.task_id) }),
    body: taskShape,
    respond: ({ task }) => showTask(task),
    status: 200,
  }),
];
