import { z } from 'zod';
import { endpoint } from '../definitions/endpoint.ts';
import { graphql } from '../handling/documents.ts';
import { jsonBody, path, text } from '../shapes/input.ts';
import { globalIdOf, isoSeconds, lowerCase, plainId } from '../shapes/output.ts';
import { descriptionOf } from '../shapes/task-texts.ts';
import { wholeRange } from '../shapes/whole-list.ts';
import { id, moment, plan, taskStatus } from './shapes.ts';
import { STATUS } from './status-words.ts';
import { resultOf } from './task-result.ts';

const ofSession = z.object({ params: path('session_id') });
const oneTask = z.object({ params: path('task_id') });

const ONLINE = 'online is not available: commands have no network; send offline, or leave it out';

const runMode = z
  .enum(['offline', 'online'], { error: 'must be offline' })
  .refine((mode) => mode === 'offline', ONLINE);

const whenEnded = (at: Date | null) => at && isoSeconds(at);

/** A task that no worker has started counts as being in its first iteration. */
const iterationsOf = ({ iterations }: { iterations: number }) => Math.max(1, iterations);

export const taskEndpoints = [
  endpoint({
    method: 'GET',
    path: '/api/sessions/{session_id}/tasks',
    access: 'account',
    names: { id: 'session_id' },
    input: z.object({ ...ofSession.shape, query: z.object(wholeRange) }),
    before: {
      document: graphql('query session($id: ID!) { session(id: $id) { id } }'),
      variables: ({ params }) => ({ id: globalIdOf('Session', params.session_id) }),
    },
    document: graphql(`query tasks($session: ID!, $first: Int!, $offset: Int!) {
      tasks(filter: { sessionId: $session }, first: $first, offset: $offset) {
        nodes { id description prompt templateName model status createdAt completedAt: endedAt iterations }
      }
    }`),
    paged: true,
    variables: ({ query: { limit, offset } }, { session }) => ({ session: session.id, first: limit, offset }),
    body: z.array(
      z.object({
        id,
        description: z.string(),
        status: taskStatus,
        created_at: moment,
        completed_at: moment.nullable(),
        iterations: z.int(),
      }),
    ),
    respond: ({ tasks }) =>
      tasks.nodes.map((task) => ({
        id: plainId(task.id),
        description: descriptionOf(task),
        status: STATUS[task.status],
        created_at: isoSeconds(task.createdAt),
        completed_at: whenEnded(task.completedAt),
        iterations: iterationsOf(task),
      })),
    status: 200,
  }),

  endpoint({
    method: 'POST',
    path: '/api/sessions/{session_id}/tasks',
    access: 'account',
    input: z.object({
      ...ofSession.shape,
      body: jsonBody({ description: text(), model: text().nullish(), run_mode: runMode.nullish() }),
    }),
    document: graphql(`mutation createTask($input: CreateTaskInput!) {
      createTask(input: $input) { task { id description prompt templateName model status createdAt } }
    }`),
    variables: ({ params, body }) => ({
      input: {
        kind: 'AGENT' as const,
        sessionId: globalIdOf('Session', params.session_id),
        description: body.description,
        model: body.model ?? null,
      },
    }),
    body: z.object({ id, description: z.string(), status: taskStatus, created_at: moment }),
    respond: ({ createTask: { task } }) => ({
      id: plainId(task.id),
      description: descriptionOf(task),
      status: STATUS[task.status],
      created_at: isoSeconds(task.createdAt),
    }),
    status: 200,
  }),

  endpoint({
    method: 'GET',
    path: '/api/tasks/{task_id}',
    access: 'account',
    input: oneTask,
    document: graphql(`query task($id: ID!) {
      task(id: $id) {
        id description prompt templateName model status createdAt completedAt: endedAt iterations result cancelReason
        error { message } plan { steps { id: key description status } }
      }
    }`),
    variables: ({ params }) => ({ id: globalIdOf('Task', params.task_id) }),
    body: z.object({
      id,
      description: z.string(),
      status: taskStatus,
      created_at: moment,
      completed_at: moment.nullable(),
      iterations: z.int(),
      plan,
      result: z
        .object({ success: z.boolean(), summary: z.string(), output: z.string().nullable() })
        .nullable(),
    }),
    respond: ({ task }) => ({
      id: plainId(task.id),
      description: descriptionOf(task),
      status: STATUS[task.status],
      created_at: isoSeconds(task.createdAt),
      completed_at: whenEnded(task.completedAt),
      iterations: iterationsOf(task),
      plan: { steps: task.plan.steps.map((step) => ({ ...step, status: lowerCase(step.status) })) },
      result: resultOf(task),
    }),
    status: 200,
  }),

  endpoint({
    method: 'POST',
    path: '/api/tasks/{task_id}/stop',
    access: 'account',
    input: oneTask,
    document: graphql(`mutation cancelTask($input: CancelTaskInput!) {
      cancelTask(input: $input) { task { id status } }
    }`),
    variables: ({ params }) => ({ input: { id: globalIdOf('Task', params.task_id) } }),
    body: z.object({ id, status: taskStatus }),
    respond: ({ cancelTask: { task } }) => ({ id: plainId(task.id), status: STATUS[task.status] }),
    status: 200,
  }),
];
