import { z } from 'zod';
import { endpoint } from '../definitions/endpoint.ts';
import { graphql } from '../handling/documents.ts';
import { jsonBody, path, text } from '../shapes/input.ts';
import { globalIdOf, plainId } from '../shapes/output.ts';
import { wholeRange } from '../shapes/whole-list.ts';
import { type Stamped, stamps, stampsShape } from './timestamps.ts';

const THREAD_FIELDS = 'id session { id } originalPrompt domain context createdAt updatedAt';

const threadShape = z.object({
  _id: z.string(),
  session_id: z.string().nullable(),
  original_prompt: z.string().nullable(),
  domain: z.string().nullable(),
  context: z.string().nullable(),
  ...stampsShape,
});

interface Thread extends Stamped {
  id: string;
  session: { id: string } | null;
  originalPrompt: string | null;
  domain: string | null;
  context: string | null;
}

function toThread(thread: Thread): z.input<typeof threadShape> {
  return {
    _id: plainId(thread.id),
    session_id: thread.session && plainId(thread.session.id),
    original_prompt: thread.originalPrompt,
    domain: thread.domain,
    context: thread.context,
    ...stamps(thread),
  };
}

export const threadEndpoints = [
  endpoint({
    method: 'POST',
    path: '/api/threads/',
    access: 'account',
    input: z.object({
      body: jsonBody({
        session_id: text(),
        original_prompt: text(),
        domain: text().nullish(),
        context: text().nullish(),
      }),
    }),
    document: graphql(`mutation createThread($input: CreateThreadInput!) {
      createThread(input: $input) { thread { ${THREAD_FIELDS} } }
    }`),
    variables: ({ body }) => ({
      input: {
        sessionId: globalIdOf('Session', body.session_id),
        originalPrompt: body.original_prompt,
        domain: body.domain ?? null,
        context: body.context ?? null,
      },
    }),
    body: threadShape,
    respond: ({ createThread: { thread } }) => toThread(thread),
    status: 200,
  }),

  endpoint({
    method: 'GET',
    path: '/api/threads/{thread_id}',
    access: 'account',
    input: z.object({ params: path('thread_id') }),
    document: graphql(`query thread($id: ID!) { thread(id: $id) { ${THREAD_FIELDS} } }`),
    variables: ({ params }) => ({ id: globalIdOf('Thread', params.thread_id) }),
    names: { id: 'thread_id' },
    body: threadShape,
    respond: ({ thread }) => toThread(thread),
    status: 200,
  }),

  endpoint({
    method: 'GET',
    path: '/api/threads/session/{session_id}',
    access: 'account',
    input: z.object({ params: path('session_id'), query: z.object(wholeRange) }),
    // The list of an unknown session would be empty.
    before: {
      document: graphql('query session($id: ID!) { session(id: $id) { id } }'),
      variables: ({ params }) => ({ id: globalIdOf('Session', params.session_id) }),
    },
    document: graphql(`query threads($session: ID!, $first: Int!, $offset: Int!) {
      threads(filter: { sessionId: $session }, first: $first, offset: $offset) { nodes { ${THREAD_FIELDS} } }
    }`),
    variables: ({ query }, { session }) => ({
      session: session.id,
      first: query.limit,
      offset: query.offset,
    }),
    names: { id: 'session_id' },
    paged: true,
    body: z.array(threadShape),
    respond: ({ threads }) => threads.nodes.map(toThread),
    status: 200,
  }),
];
