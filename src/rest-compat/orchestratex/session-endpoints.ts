import { z } from 'zod';
import { endpoint } from '../definitions/endpoint.ts';
import { graphql } from '../handling/documents.ts';
import { integer, jsonBody, list, number, oneOf, path, text } from '../shapes/input.ts';
import { globalIdOf } from '../shapes/output.ts';
import { wholeRange } from '../shapes/whole-list.ts';
import { SESSION_FIELDS, STATUSES, sessionShape, toSession, USUAL_ITERATIONS } from './session-shape.ts';

const settings = jsonBody({ preferred_models: list(text()).nullish(), cost_limit: number().nullish() });

export const sessionEndpoints = [
  endpoint({
    method: 'POST',
    path: '/api/sessions/',
    access: 'account',
    input: z.object({
      body: jsonBody({ user_id: text(), max_iterations: integer().nullish(), settings: settings.nullish() }),
    }),
    document: graphql(`mutation createSession($input: CreateSessionInput!) {
      createSession(input: $input) { session { ${SESSION_FIELDS} } }
    }`),
    variables: ({ body: { user_id, max_iterations, settings } }) => ({
      input: {
        userLabel: user_id,
        costLimit: settings?.cost_limit ?? null,
        settings: {
          preferredModels: settings?.preferred_models ?? null,
          maxIterations: max_iterations ?? USUAL_ITERATIONS,
        },
      },
    }),
    names: {
      user_label: 'user_id',
      cost_limit: 'settings.cost_limit',
      'settings.max_iterations': 'max_iterations',
    },
    body: sessionShape,
    respond: ({ createSession: { session } }) => toSession(session),
    status: 201,
  }),

  endpoint({
    method: 'GET',
    path: '/api/sessions/{session_id}',
    access: 'account',
    input: z.object({ params: path('session_id') }),
    document: graphql(`query session($id: ID!) { session(id: $id) { ${SESSION_FIELDS} } }`),
    variables: ({ params }) => ({ id: globalIdOf('Session', params.session_id) }),
    names: { id: 'session_id' },
    body: sessionShape,
    respond: ({ session }) => toSession(session),
    status: 200,
  }),

  endpoint({
    method: 'GET',
    path: '/api/sessions/user/{user_id}',
    access: 'account',
    input: z.object({ params: path('user_id'), query: z.object(wholeRange) }),
    document: graphql(`query sessions($user: String!, $first: Int!, $offset: Int!) {
      sessions(filter: { userLabel: $user }, first: $first, offset: $offset) { nodes { ${SESSION_FIELDS} } }
    }`),
    variables: ({ params, query }) => ({ user: params.user_id, first: query.limit, offset: query.offset }),
    names: { user_label: 'user_id' },
    paged: true,
    body: z.array(sessionShape),
    respond: ({ sessions }) => sessions.nodes.map(toSession),
    status: 200,
  }),

  endpoint({
    method: 'PATCH',
    path: '/api/sessions/{session_id}/status',
    access: 'account',
    input: z.object({ params: path('session_id'), body: jsonBody({ status: oneOf(STATUSES) }) }),
    document: graphql(`mutation updateSession($id: ID!, $status: SessionStatus!) {
      updateSession(input: { id: $id, status: $status }) { session { ${SESSION_FIELDS} } }
    }`),
    variables: ({ params, body }) => ({
      id: globalIdOf('Session', params.session_id),
      status: body.status.toUpperCase() as Uppercase<typeof body.status>,
    }),
    names: { id: 'session_id' },
    body: sessionShape,
    respond: ({ updateSession: { session } }) => toSession(session),
    status: 200,
  }),
];
