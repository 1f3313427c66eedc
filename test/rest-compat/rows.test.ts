import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { refuse } from '../../src/rest-compat/amas/errors.ts';
import { endpoint } from '../../src/rest-compat/definitions/endpoint.ts';
import { graphql } from '../../src/rest-compat/handling/documents.ts';
import { jsonBody, oneOf, path } from '../../src/rest-compat/shapes/input.ts';
import { globalIdOf } from '../../src/rest-compat/shapes/output.ts';
import { queryFlag, queryInteger, range } from '../../src/rest-compat/shapes/query.ts';
import { newId } from '../../src/rules/ids/ids.ts';
import { saveArtifact } from '../../src/store/tasks/artifacts.ts';
import { fixture } from '../harness/fixture.ts';
import { holdTask, runIdOf } from '../harness/lease.ts';
import { startTestServer } from '../harness/server.ts';
import { createLegacyClient, type LegacyClient } from './clients/legacy-client.ts';
import { serveRows } from './row-server.ts';

const task = { params: path('task_id') };
const SORTS = ['newest', 'oldest'] as const;

const endpoints = [
  endpoint({
    method: 'GET',
    path: '/list',
    access: 'public',
    input: z.object({
      query: z.object({
        ...range({ default: 10, max: 100 }),
        sort: oneOf(SORTS).optional(),
        is_active: queryFlag().optional(),
        priority: queryInteger(1, 10).optional(),
      }),
    }),
    document: graphql('query health { health { status } }'),
    variables: () => ({}),
    respond: (_data, { query }) => query,
    status: 200,
  }),
  endpoint({
    method: 'DELETE',
    path: '/tasks/{task_id}',
    access: 'account',
    about: 'task',
    input: z.object(task),
    document: graphql('mutation cancel($id: ID!) { cancelTask(input: { id: $id }) { task { id } } }'),
    variables: ({ params }) => ({ id: globalIdOf('Task', params.task_id) }),
    respond: () => null,
    status: 204,
  }),
  endpoint({
    method: 'PATCH',
    path: '/tasks/{task_id}',
    access: 'account',
    about: 'task',
    input: z.object({ ...task, body: jsonBody({ status: oneOf(['QUEUED', 'CANCELLED']) }) }),
    before: {
      document: graphql('query task($id: ID!) { task(id: $id) { id status } }'),
      variables: ({ params }) => ({ id: globalIdOf('Task', params.task_id) }),
    },
    document: graphql(`mutation move($id: ID!, $cancels: Boolean!) {
      cancelTask(input: { id: $id }) @include(if: $cancels) { task { id status } }
    }`),
    variables: ({ body }, { task }) => ({ id: task.id, cancels: body.status !== task.status }),
    respond: ({ cancelTask }, _given, { task }) => ({
      was: task.status,
      is: (cancelTask?.task ?? task).status,
    }),
    status: 200,
  }),
  endpoint({
    method: 'POST',
    path: '/tasks/{task_id}/both',
    access: 'account',
    about: 'task',
    names: { title: 'headline' },
    input: z.object({ ...task, body: jsonBody({ headline: z.string() }) }),
    document: graphql(`mutation both($id: ID!, $title: String!) {
      updateTask(input: { id: $id, title: $title }) { task { title } }
      cancelTask(input: { id: $id }) { task { status } }
    }`),
    variables: ({ params, body }) => ({ id: globalIdOf('Task', params.task_id), title: body.headline }),
    respond: ({ updateTask, cancelTask }) => ({ ...updateTask.task, ...cancelTask.task }),
    status: 200,
  }),
  endpoint({
    method: 'GET',
    path: '/files/{artifact_id}',
    access: 'account',
    input: z.object({ params: path('artifact_id') }),
    document: graphql('query artifact($id: ID!) { artifact(id: $id) { id } }'),
    variables: ({ params }) => ({ id: globalIdOf('Artifact', params.artifact_id) }),
    respond: ({ artifact }) => artifact.id,
    sends: 'artifact',
    status: 200,
  }),
];

let ask: LegacyClient;
let credentials: { authorization: string };
/** @returns the plain id of a queued task */
let newTask: () => Promise<string>;

const server = fixture(() => startTestServer({ worker: false }));
const rows = fixture(() => serveRows(server, { name: 'amas', endpoints, sockets: [], limits: null, refuse }));
beforeAll(async () => {
  const ann = await server.newUser();
  newTask = async () => runIdOf(await ann.createTask({ prompt: 'x', model: 'demo' }));
  credentials = { authorization: `Bearer ${ann.token}` };
  const client = createLegacyClient(rows.url);
  ask = (method, at, body) => client(method, at, body, credentials);
});

describe('the query', () => {
  test.each([
    { given: '', expected: { limit: 10, offset: 0 } },
    { given: '?limit=100&offset=7&undocumented=1', expected: { limit: 100, offset: 7 } },
    { given: '?is_active=True', expected: { limit: 10, offset: 0, is_active: true } },
    {
      given: '?is_active=0&sort=oldest',
      expected: { limit: 10, offset: 0, is_active: false, sort: 'oldest' },
    },
  ])('$given', async ({ given, expected }) => {
    expect((await ask('GET', `/list${given}`)).body).toEqual(expected);
  });

  test.each([
    { given: 'limit=101', expected: 'limit: must be a whole number from 1 to 100' },
    { given: 'limit=0', expected: 'limit: must be a whole number from 1 to 100' },
    { given: 'limit=', expected: 'limit: must be a whole number from 1 to 100' },
    { given: 'limit=1e2', expected: 'limit: must be a whole number from 1 to 100' },
    { given: 'limit=5&limit=6', expected: 'limit: must be a whole number from 1 to 100' },
    { given: 'offset=-1', expected: 'offset: must be a whole number from 0 to 10000' },
    { given: 'offset=10001', expected: 'offset: must be a whole number from 0 to 10000' },
    { given: 'sort=best', expected: 'sort: must be one of newest, oldest' },
    { given: 'is_active=maybe', expected: 'is_active: must be true or false' },
    {
      given: 'priority=11&sort=x',
      expected: 'sort: must be one of newest, oldest; priority: must be a whole number from 1 to 10',
    },
  ])('$given is refused with what was allowed', async ({ given, expected }) => {
    const { status, body } = await ask('GET', `/list?${given}`);
    expect(status).toBe(400);
    expect(body).toEqual({ detail: expected, status_code: 400, error_code: 'VALIDATION_ERROR' });
  });
});

test('204 has no body', async () => {
  const answer = await ask('DELETE', `/tasks/${await newTask()}`);
  expect([answer.status, answer.body]).toEqual([204, '']);
  expect(answer.headers.get('content-type')).toBeNull();
  expect(answer.headers.get('link')).toContain('mutation cancelTask');
});

describe('an endpoint with a document before', () => {
  test('does what depends on how things are', async () => {
    const id = await newTask();
    const patch = async (status: string) => (await ask('PATCH', `/tasks/${id}`, { status })).body;
    expect(await patch('QUEUED')).toEqual({ was: 'QUEUED', is: 'QUEUED' });
    expect(await patch('CANCELLED')).toEqual({ was: 'QUEUED', is: 'CANCELLED' });
    expect(await patch('CANCELLED')).toEqual({ was: 'CANCELLED', is: 'CANCELLED' });
  });

  test('answers what that document refuses', async () => {
    const { status, body } = await ask('PATCH', `/tasks/${newId()}`, { status: 'QUEUED' });
    expect([status, body.error_code]).toEqual([404, 'TASK_NOT_FOUND']);
  });
});

describe('an endpoint of several mutations', () => {
  test('does all of them', async () => {
    const { body } = await ask('POST', `/tasks/${await newTask()}/both`, { headline: 'New' });
    expect(body).toEqual({ title: 'New', status: 'CANCELLED' });
  });

  test('does none after one that was refused, and names the field as the client does', async () => {
    const id = await newTask();
    const { status, body } = await ask('POST', `/tasks/${id}/both`, { headline: '' });
    expect([status, body.detail]).toEqual([400, 'headline: must not be empty']);
    expect((await ask('PATCH', `/tasks/${id}`, { status: 'QUEUED' })).body.is).toBe('QUEUED');
  });
});

describe('ids in a path', () => {
  test.each(['task-123', 'x'.repeat(90), '%00', '%F0%9F%98%80', '1', '..%2f'])(
    '%s names nothing, and that is all',
    async (id) => {
      const { status, body } = await ask('DELETE', `/tasks/${id}`);
      expect([status, body.error_code]).toEqual([404, 'TASK_NOT_FOUND']);
    },
  );

  test('what is missing elsewhere is not said to be a task', async () => {
    expect((await ask('GET', `/files/${newId()}`)).body).toMatchObject({ error_code: 'NOT_FOUND' });
    expect((await ask('GET', '/nowhere')).body).toMatchObject({ error_code: 'NOT_FOUND' });
  });
});

describe('a file', () => {
  /** @returns where it is. */
  async function keep(content: Buffer): Promise<string> {
    const lease = await holdTask(server.store, globalIdOf('Task', await newTask()));
    const given = {
      name: 'a/plan.bin',
      type: 'file',
      mediaType: 'application/x-plan',
      isTruncated: false,
    } as const;
    return `${rows.url}/files/${await saveArtifact(server.store, lease, { ...given, content })}`;
  }

  test('is sent byte by byte, as an attachment of its own type', async () => {
    const content = Buffer.from([0, 255, 10, 13, 128]);
    const url = await keep(content);
    const answer = await fetch(url, { headers: credentials });
    expect(answer.status).toBe(200);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(content);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/x-plan',
      'content-disposition': 'attachment; filename=plan.bin',
      'content-security-policy': "sandbox; default-src 'none'",
      link: '</graphql>; rel="successor-version"; title="query artifact"',
    });
    const again = await fetch(url, {
      headers: { ...credentials, 'if-none-match': answer.headers.get('etag')! },
    });
    expect(again.status).toBe(304);
  });

  test("is not another's to fetch", async () => {
    const bob = await server.newUser();
    const url = await keep(Buffer.from('x'));
    expect((await fetch(url, { headers: { authorization: `Bearer ${bob.token}` } })).status).toBe(404);
    expect((await fetch(url)).status).toBe(401);
  });
});
