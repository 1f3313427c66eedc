import { z } from 'zod';
import { endpoint } from '../definitions/endpoint.ts';
import { graphql } from '../handling/documents.ts';
import { anyObject, integer, jsonBody, list, path, text } from '../shapes/input.ts';
import { globalIdOf, plainId } from '../shapes/output.ts';
import { queryInteger } from '../shapes/query.ts';
import { STATUS, STATUS_WORDS } from './status-words.ts';
import { ASKED, fresh, showFresh, showWhole, WHOLE, whole } from './task-shapes.ts';

const oneTask = z.object({ params: path('task_id') });

export const taskEndpoints = [
  endpoint({
    method: 'POST',
    path: '/api/v1/tasks',
    access: 'account',
    input: z.object({
      body: jsonBody({
        template: text(),
        parameters: anyObject(),
        priority: integer().nullish(),
        depends_on: list(text()).nullish(),
      }),
    }),
    names: { template_name: 'template', template_parameters: 'parameters' },
    document: graphql(
      'mutation createTask($input: CreateTaskInput!) { createTask(input: $input) { task { ...Asked } } }',
      [ASKED],
    ),
    variables: ({ body: { template, parameters, priority, depends_on } }) => ({
      input: {
        kind: 'TEMPLATE' as const,
        templateName: template,
        templateParameters: parameters,
        priority: priority ?? null,
        dependsOn: depends_on?.map((id) => globalIdOf('Task', id)) ?? null,
      },
    }),
    body: fresh,
    respond: ({ createTask: { task } }, { body }) => showFresh(task, body.depends_on ?? []),
    status: 200,
  }),

  endpoint({
    method: 'GET',
    path: '/api/v1/tasks/{task_id}',
    access: 'account',
    about: 'task',
    input: oneTask,
    document: graphql('query task($id: ID!) { task(id: $id) { ...Whole } }', [WHOLE]),
    variables: ({ params }) => ({ id: globalIdOf('Task', params.task_id) }),
    body: whole,
    respond: ({ task }) => showWhole(task),
    status: 200,
  }),

  endpoint({
    method: 'PATCH',
    path: '/api/v1/tasks/{task_id}/priority',
    access: 'account',
    about: 'task',
    input: z.object({ ...oneTask.shape, query: z.object({ priority: queryInteger(1, 10) }) }),
    names: { id: 'task_id' },
    document: graphql(`mutation updateTaskPriority($input: UpdateTaskPriorityInput!) {
      updateTaskPriority(input: $input) { task { id priority status } }
    }`),
    variables: ({ params, query: { priority } }) => ({
      input: { id: globalIdOf('Task', params.task_id), priority },
    }),
    body: z.object({ id: z.string(), priority: z.int(), status: z.enum(STATUS_WORDS) }),
    respond: ({ updateTaskPriority: { task } }) => ({
      id: plainId(task.id),
      priority: task.priority,
      status: STATUS[task.status],
    }),
    status: 200,
  }),

  endpoint({
    method: 'DELETE',
    path: '/api/v1/tasks/{task_id}',
    access: 'account',
    about: 'task',
    input: oneTask,
    names: { id: 'task_id' },
    document: graphql(
      'mutation cancelTask($input: CancelTaskInput!) { cancelTask(input: $input) { task { id } } }',
    ),
    variables: ({ params }) => ({ input: { id: globalIdOf('Task', params.task_id) } }),
    respond: () => null,
    status: 204,
  }),
];
