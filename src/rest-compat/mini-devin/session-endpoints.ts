import { z } from 'zod';
import { endpoint } from '../definitions/endpoint.ts';
import { graphql } from '../handling/documents.ts';
import { jsonBody, path, text } from '../shapes/input.ts';
import { globalIdOf, isoSeconds, lowerCase, plainId } from '../shapes/output.ts';
import { descriptionOf } from '../shapes/task-texts.ts';
import { WHOLE_LIST, wholeRange } from '../shapes/whole-list.ts';
import { id, moment, sessionStatus, taskStatus } from './shapes.ts';
import { STATUS } from './status-words.ts';

const oneSession = z.object({ params: path('session_id') });

/** Other APIs have sessions without a name; here every session has one. */
const nameOf = ({ name }: { name: string | null }) => name ?? 'Untitled session';

export const sessionEndpoints = [
  endpoint({
    method: 'GET',
    path: '/api/sessions',
    access: 'account',
    input: z.object({ query: z.object(wholeRange) }),
    document: graphql(`query sessions($first: Int!, $offset: Int!) {
      sessions(filter: { origins: [MINI_DEVIN, GRAPHQL], isNamed: true }, first: $first, offset: $offset) {
        nodes { id name status createdAt updatedAt totals { tasks { total } } }
      }
    }`),
    paged: true,
    variables: ({ query: { limit, offset } }) => ({ first: limit, offset }),
    body: z.array(
      z.object({
        id,
        name: z.string(),
        status: sessionStatus,
        created_at: moment,
        updated_at: moment,
        task_count: z.int(),
      }),
    ),
    respond: ({ sessions }) =>
      sessions.nodes.map((session) => ({
        id: plainId(session.id),
        name: nameOf(session),
        status: lowerCase(session.status),
        created_at: isoSeconds(session.createdAt),
        updated_at: isoSeconds(session.updatedAt),
        task_count: session.totals.tasks.total,
      })),
    status: 200,
  }),

  endpoint({
    method: 'POST',
    path: '/api/sessions',
    access: 'account',
    input: z.object({ body: jsonBody({ name: text(), working_directory: text().nullish() }) }),
    document: graphql(`mutation createSession($input: CreateSessionInput!) {
      createSession(input: $input) { session { id name status workingDirectory namedDirectory createdAt } }
    }`),
    variables: ({ body }) => ({
      input: {
        name: body.name,
        workingDirectory: body.working_directory ?? null,
        relocateDirectory: true,
      },
    }),
    body: z.object({
      id,
      name: z.string(),
      status: sessionStatus,
      working_directory: z.string().nullable(),
      created_at: moment,
    }),
    respond: ({ createSession: { session } }) => ({
      id: plainId(session.id),
      name: nameOf(session),
      status: lowerCase(session.status),
      working_directory: session.namedDirectory ?? session.workingDirectory,
      created_at: isoSeconds(session.createdAt),
    }),
    status: 200,
  }),

  endpoint({
    method: 'GET',
    path: '/api/sessions/{session_id}',
    access: 'account',
    names: { id: 'session_id' },
    input: oneSession,
    before: {
      document: graphql(`query session($id: ID!) {
        session(id: $id) { id name status workingDirectory namedDirectory createdAt updatedAt }
      }`),
      variables: ({ params }) => ({ id: globalIdOf('Session', params.session_id) }),
    },
    document: graphql(`query tasks($session: ID!, $first: Int!, $offset: Int!) {
      tasks(filter: { sessionId: $session }, first: $first, offset: $offset) {
        nodes { id description prompt templateName model status }
      }
    }`),
    paged: true,
    variables: (_given, { session }) => ({ session: session.id, ...WHOLE_LIST }),
    body: z.object({
      id,
      name: z.string(),
      status: sessionStatus,
      working_directory: z.string().nullable(),
      created_at: moment,
      updated_at: moment,
      tasks: z.array(z.object({ id, description: z.string(), status: taskStatus })),
    }),
    respond: ({ tasks }, _given, { session }) => ({
      id: plainId(session.id),
      name: nameOf(session),
      status: lowerCase(session.status),
      working_directory: session.namedDirectory ?? session.workingDirectory,
      created_at: isoSeconds(session.createdAt),
      updated_at: isoSeconds(session.updatedAt),
      tasks: tasks.nodes.map((task) => ({
        id: plainId(task.id),
        description: descriptionOf(task),
        status: STATUS[task.status],
      })),
    }),
    status: 200,
  }),

  endpoint({
    method: 'DELETE',
    path: '/api/sessions/{session_id}',
    access: 'account',
    names: { id: 'session_id' },
    input: oneSession,
    document: graphql(`mutation deleteSession($input: DeleteSessionInput!) {
      deleteSession(input: $input) { deletedId }
    }`),
    variables: ({ params }) => ({ input: { id: globalIdOf('Session', params.session_id) } }),
    respond: () => null,
    status: 204,
  }),
];
