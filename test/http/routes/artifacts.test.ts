import { beforeAll, describe, expect, test } from 'vitest';
import type { Lease } from '../../../src/store/log/lease.ts';
import { saveArtifact } from '../../../src/store/tasks/artifacts.ts';
import type { ArtifactType } from '../../../src/vocabulary.ts';
import { type Client, data, errorCode } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { holdTask } from '../../harness/lease.ts';
import { startTestServer } from '../../harness/server.ts';

let key: string;
let taskId: string;
let lease: Lease;

const server = fixture(() => startTestServer({ worker: false }));
const ann = fixture(() => server.newUser());
const bob = fixture(() => server.newUser());
beforeAll(async () => {
  const made = await ann.query('mutation { createApiKey(input: { name: "k" }) { key } }');
  key = data(made).createApiKey.key;
  taskId = await ann.createTask({ prompt: 'x', model: 'demo' });
  lease = await holdTask(server.store, taskId);
});

interface Given {
  name?: string;
  type?: ArtifactType;
  mediaType?: string;
  content?: Buffer | string;
}

/** @returns where it is. */
async function keep({ name = 'a.txt', type = 'file', mediaType = 'text/plain', content = '' }: Given) {
  const artifact = { name, type, mediaType, content: Buffer.from(content), isTruncated: false };
  const id = await saveArtifact(server.store, lease, artifact);
  return `${server.url}/artifacts/${Buffer.from(`Artifact:${id}`).toString('base64url')}`;
}

const get = (url: string, who: Client, headers: Record<string, string> = {}) =>
  fetch(url, { headers: { authorization: `Bearer ${who.token}`, ...headers } });

const LIST = `query ($id: ID!) { task(id: $id) { artifacts {
  id name type mediaType size sha256 isTruncated url createdAt } } }`;

describe('what a task left', () => {
  test('is listed with its task, oldest first, and found by its id', async () => {
    await keep({ name: 'first', type: 'plan', content: '{}' });
    await keep({ name: 'second', type: 'diff', mediaType: 'text/x-diff', content: '+x' });
    const { artifacts } = data(await ann.query(LIST, { id: taskId })).task;
    expect(artifacts.slice(0, 2)).toMatchObject([
      { name: 'first', type: 'PLAN', size: 2, isTruncated: false },
      { name: 'second', type: 'DIFF', mediaType: 'text/x-diff', url: `/artifacts/${artifacts[1].id}` },
    ]);
    const found = await ann.query('query ($id: ID!) { artifact(id: $id) { name } }', { id: artifacts[1].id });
    expect(data(found)).toEqual({ artifact: { name: 'second' } });
  });

  test('is told of in the log of the task', async () => {
    const url = await keep({ name: 'told', content: 'abc' });
    const events = ann.subscribe(
      `subscription ($id: ID!) { taskEvents(taskId: $id) { __typename
        ... on ArtifactSaved { artifactId name type mediaType size url } } }`,
      { id: taskId },
    );
    for await (const answer of events) {
      const event = data(answer).taskEvents;
      if (event.name !== 'told') continue;
      expect(event).toMatchObject({ __typename: 'ArtifactSaved', type: 'FILE', size: 3 });
      expect(`${server.url}${event.url}`).toBe(url);
      expect(url).toContain(event.artifactId);
      break;
    }
  });

  test('comes byte by byte, as an attachment of its type', async () => {
    const content = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    const url = await keep({ name: 'out/image.png', mediaType: 'image/png', content });
    const response = await get(url, ann);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': '256',
      'content-disposition': 'attachment; filename=image.png',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      'cache-control': 'private, no-cache',
    });
    expect(Buffer.from(await response.arrayBuffer())).toEqual(content);
  });

  test.each([
    { name: 'two words.txt', expected: 'attachment; filename="two words.txt"' },
    { name: 'Übersicht.txt', expected: `filename*=UTF-8''%C3%9Cbersicht.txt` },
    { name: 'a"; filename=evil.html', expected: 'filename="a\\"; filename=evil.html"' },
    { name: '../../etc/passwd', expected: 'attachment; filename=passwd' },
    { name: '..\\evil.exe', expected: 'attachment; filename=evil.exe' },
    { name: 'a\r\nset-cookie: b', expected: '%0D%0A' },
    { name: 'folder/', expected: 'attachment; filename=artifact' },
  ])('keeps the name $name in its header', async ({ name, expected }) => {
    const response = await get(await keep({ name }), ann);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-disposition')).toContain(expected);
    expect(response.headers.get('set-cookie')).toBeNull();
  });

  test('is not sent again to whoever has it', async () => {
    const url = await keep({ name: 'kept', content: 'one' });
    const etag = (await get(url, ann)).headers.get('etag')!;
    const again = await get(url, ann, { 'if-none-match': `"other", W/${etag}` });
    expect([again.status, await again.text()]).toEqual([304, '']);
    await keep({ name: 'kept', content: 'two' });
    const other = await get(url, ann, { 'if-none-match': etag });
    expect([other.status, await other.text()]).toEqual([200, 'two']);
  });

  test('is asked for its size alone by HEAD', async () => {
    const url = await keep({ name: 'head', content: 'four' });
    const response = await fetch(url, { method: 'HEAD', headers: { 'x-api-key': key } });
    expect([response.status, response.headers.get('content-length')]).toEqual([200, '4']);
  });

  test('may be empty', async () => {
    const response = await get(await keep({ name: 'empty' }), ann);
    expect([response.status, await response.text()]).toEqual([200, '']);
  });
});

describe('whose it is not', () => {
  const codeOf = async (response: Response) => (await response.json()).errors[0].extensions.code;

  test('finds nothing, as where there is nothing', async () => {
    const url = await keep({ name: 'mine', content: 'secret' });
    const [theirs, nobodys] = [await get(url, bob), await get(url.slice(0, -4), bob)];
    expect([theirs.status, nobodys.status]).toEqual([404, 404]);
    expect(await codeOf(theirs)).toBe('NOT_FOUND');
    expect(await codeOf(nobodys)).toBe('NOT_FOUND');
  });

  test('is asked for credentials', async () => {
    const response = await fetch(await keep({ name: 'mine' }));
    expect([response.status, await codeOf(response)]).toEqual([401, 'UNAUTHENTICATED']);
  });

  test('is refused with credentials that are no good', async () => {
    const response = await fetch(await keep({ name: 'mine' }), { headers: { 'x-api-key': 'md_nothing' } });
    expect([response.status, await codeOf(response)]).toEqual([401, 'UNAUTHENTICATED']);
  });

  test.each(['', 'x', '%00', '..%2f..%2fetc', Buffer.from('Task:1').toString('base64url')])(
    'finds nothing under the id "%s"',
    async (id) => {
      const response = await get(`${server.url}/artifacts/${id}`, ann);
      expect([response.status, await codeOf(response)]).toEqual([404, 'NOT_FOUND']);
    },
  );
});

test('an API key of the owner is as good as a token', async () => {
  const response = await fetch(await keep({ name: 'k', content: 'x' }), { headers: { 'x-api-key': key } });
  expect(await response.text()).toBe('x');
});

test('goes when its task goes', async () => {
  const url = await keep({ name: 'gone', content: 'x' });
  await ann.query('mutation ($id: ID!) { deleteTask(input: { id: $id }) { deletedId } }', { id: taskId });
  expect((await get(url, ann)).status).toBe(404);
  expect(errorCode(await ann.query(LIST, { id: taskId }))).toBe('NOT_FOUND');
});
