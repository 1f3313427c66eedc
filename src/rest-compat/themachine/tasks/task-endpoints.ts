import { z } from 'zod';
import { endpoint } from '../../definitions/endpoint.ts';
import { graphql } from '../../handling/documents.ts';
import { anyObject, jsonBody, oneOf, path, text } from '../../shapes/input.ts';
import { globalIdOf } from '../../shapes/output.ts';
import { statusesOf } from '../../shapes/statuses.ts';
import { deleted, messageShape } from '../deletion-message.ts';
import { taskRange } from '../ranges.ts';
import { TASK_STATUS, TASK_STATUSES } from '../status-words.ts';
import { changeOf, endingOf, refuseLateReport, reportIn, taskChange } from './task-change.ts';
import { showTask, TASK, taskShape } from './task-shape.ts';
import { PRIORITIES, PRIORITY_WORDS, TASK_TYPES } from './types-and-priorities.ts';

const oneTask = z.object({ params: path('task_id') });

export const taskEndpoints = [
  endpoint({
    method: 'GET',
    path: '/api/v1/tasks',
    access: 'account',
    input: z.object({
      query: z.object({
        status: oneOf(TASK_STATUSES).optional(),
        type: oneOf(TASK_TYPES).optional(),
        ...taskRange,
      }),
    }),
    document: graphql(
      `query tasks($statuses: [RunStatus!], $types: [String!], $first: Int!, $offset: Int!) {
        tasks(
          filter: {
            origins: [THEMACHINE, GRAPHQL], having: [TITLE, DESCRIPTION], statuses: $statuses, types: $types
          }
          first: $first, offset: $offset
        ) { nodes { ...Task } }
      }`,
      [TASK],
    ),
    variables: ({ query: { status, type, limit, offset } }) => ({
      statuses: statusesOf(TASK_STATUS, status),
      types: type === undefined ? [...TASK_TYPES] : [type],
      first: limit,
      offset,
    }),
    body: z.array(taskShape),
    respond: ({ tasks }) => tasks.nodes.map(showTask),
    status: 200,
  }),

  endpoint({
    method: 'GET',
    path: '/api/v1/tasks/{task_id}',
    access: 'account',
    input: oneTask,
    document: graphql('query task($id: ID!) { task(id: $id) { ...Task } }', [TASK]),
    variables: ({ params }) => ({ id: globalIdOf('Task', params.task_id) }),
    body: taskShape,
    respond: ({ task }) => showTask(task),
    status: 200,
  }),

  endpoint({
    method: 'POST',
    path: '/api/v1/tasks',
    access: 'account',
    input: z.object({
      body: jsonBody({
        type: oneOf(TASK_TYPES),
        title: text(),
        description: text(),
        priority: oneOf(PRIORITY_WORDS).nullish(),
        context: anyObject().nullish(),
      }),
    }),
    document: graphql(
      'mutation createTask($input: CreateTaskInput!) { createTask(input: $input) { task { ...Task } } }',
      [TASK],
    ),
    variables: ({ body: { type, title, description, priority, context } }) => ({
      input: {
        type,
        title,
        description,
        priority: PRIORITIES[priority ?? 'medium'],
        context: context ?? null,
      },
    }),
    body: taskShape,
    respond: ({ createTask: { task } }) => showTask(task),
    status: 200,
  }),

  endpoint({
    method: 'PATCH',
    path: '/api/v1/tasks/{task_id}',
    access: 'account',
    input: z.object({ ...oneTask.shape, body: taskChange }),
    before: {
      document: graphql('query task($id: ID!) { task(id: $id) { ...Task } }', [TASK]),
      variables: ({ params }) => ({ id: globalIdOf('Task', params.task_id) }),
    },
    document: graphql(
      `mutation updateTask($change: UpdateTaskInput!, $changes: Boolean!, $end: EndTaskInput!, $ends: Boolean!) {
        updateTask(input: $change) @include(if: $changes) { task { ...Task } }
        endTask(input: $end) @include(if: $ends) { task { ...Task } }
      }`,
      [TASK],
    ),
    variables: ({ body }, { task }) => {
      const ending = endingOf(body, task);
      const { reported, result, error } = reportIn(body, task, ending);
      const change = { ...changeOf(body, task), ...(reported && { mergeMetadata: { reported } }) };
      const status = ending === 'failed' ? ('FAILED' as const) : ('COMPLETED' as const);
      return {
        change: { id: task.id, ...change },
        changes: Object.keys(change).length > 0,
        end: { id: task.id, status, result, error },
        ends: ending !== null,
      };
    },
    body: taskShape,
    respond: ({ updateTask, endTask }, { body }, { task }) => {
      if (endTask) refuseLateReport(body, endTask.task);
      return showTask((endTask ?? updateTask)?.task ?? task);
    },
    status: 200,
  }),

  endpoint({
    method: 'DELETE',
    path: '/api/v1/tasks/{task_id}',
    access: 'account',
    input: oneTask,
    document: graphql(
      'mutation deleteTask($input: DeleteTaskInput!) { deleteTask(input: $input) { deletedId } }',
    ),
    variables: ({ params }) => ({ input: { id: globalIdOf('Task', params.task_id) } }),
    body: messageShape,
    respond: (_data, { params }) => deleted('Task', params.task_id),
    status: 200,
  }),
];
