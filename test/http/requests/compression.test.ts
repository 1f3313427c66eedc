import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import fastify from 'fastify';
import { Agent, request } from 'undici';
import { beforeAll, describe, expect, test } from 'vitest';
import { compressAnswers } from '../../../src/http/requests/compression.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';

const server = fixture(() => startTestServer({ worker: false, embedded: true }));
const production = fixture(() => startTestServer({ worker: false, variables: { NODE_ENV: 'production' } }));
const ann = fixture(() => server.newUser());
const dispatcher = fixture(async () => new Agent(), { stop: (agent) => agent.close() });
beforeAll(async () => {
  await ann.createTask({ prompt: 'word '.repeat(2_000), hold: true });
});

const DECODE = {
  br: brotliDecompressSync,
  gzip: gunzipSync,
  identity: (bytes: Buffer) => bytes,
};

async function get(path: string, headers: Record<string, string> = {}, body?: object) {
  const answer = await request(`${server.url}${path}`, {
    method: body ? 'POST' : 'GET',
    headers: {
      authorization: `Bearer ${ann.token}`,
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
    dispatcher,
  });
  const bytes = Buffer.from(await answer.body.arrayBuffer());
  const encoding = (answer.headers['content-encoding'] ?? 'identity') as keyof typeof DECODE;
  return {
    status: answer.statusCode,
    headers: answer.headers,
    encoding,
    bytes,
    text: DECODE[encoding](bytes).toString(),
  };
}

const LONG = '{ tasks(first: 1) { nodes { prompt } } }';

describe.each([
  ['POST', (headers: Record<string, string>) => get('/graphql', headers, { query: LONG })],
  [
    'a batch',
    (headers: Record<string, string>) => get('/graphql', headers, [{ query: LONG }, { query: LONG }]),
  ],
  ['GET', (headers: Record<string, string>) => get(`/graphql?query=${encodeURIComponent(LONG)}`, headers)],
  ['the page', (headers: Record<string, string>) => get('/graphql', { accept: 'text/html', ...headers })],
  ['the schema', (headers: Record<string, string>) => get('/schema.graphql', headers)],
])('%s', (_name, ask) => {
  test.each([
    ['br, gzip', 'br'],
    ['gzip, deflate', 'gzip'],
    ['GZIP;q=0.5, br;q=0.1', 'gzip'],
    ['br;q=0', 'identity'],
    ['zstd', 'identity'],
  ])('with Accept-Encoding: %s is sent as %s', async (accepted, expected) => {
    const plain = await ask({});
    const answer = await ask({ 'accept-encoding': accepted });
    expect(answer.encoding).toBe(expected);
    expect(answer.text).toBe(plain.text);
    expect(answer.headers.vary).toContain('Accept-Encoding');
    expect(plain.headers.vary).toContain('Accept-Encoding');
    if (expected !== 'identity') expect(answer.bytes.length).toBeLessThan(plain.bytes.length);
  });
});

test('short answers and events are sent as they are', async () => {
  const headers = { 'accept-encoding': 'br, gzip' };
  const short = await get('/graphql', headers, { query: '{ __typename }' });
  expect(short.encoding).toBe('identity');
  const id = await ann.createTask({ prompt: 'x', hold: true });
  await ann.query(`mutation { cancelTask(input: { id: "${id}" }) { task { id } } }`);
  const query = `subscription { taskEvents(taskId: "${id}") { ${'__typename '.repeat(50)} at seq } }`;
  const events = await get('/graphql', { ...headers, accept: 'text/event-stream' }, { query });
  expect(events.encoding).toBe('identity');
  expect(events.text).toContain('event: complete');
});

test('an answer of megabytes is compressed while the server answers others', async () => {
  const bob = await server.newUser();
  for (let left = 10; left > 0; left -= 1) {
    const words = Array.from({ length: 100_000 }, () => Math.random().toString(36)).join(' ');
    await bob.createTask({ prompt: words.slice(0, 900_000), hold: true });
  }
  let isDone = false;
  const answers = Promise.all(
    Array.from({ length: 3 }, () =>
      get(
        '/graphql',
        { authorization: `Bearer ${bob.token}`, 'accept-encoding': 'br' },
        { query: '{ tasks(first: 10) { nodes { prompt } } }' },
      ),
    ),
  ).finally(() => {
    isDone = true;
  });
  const delays: number[] = [];
  while (!isDone) {
    const begun = performance.now();
    await get('/health');
    delays.push(performance.now() - begun);
  }
  const sent = await answers;
  expect(sent.map(({ encoding }) => encoding)).toContain('br');
  for (const { text } of sent) expect(text.length).toBeGreaterThan(8_000_000);
  expect(delays.length).toBeGreaterThan(5);
});

test('while a large answer is compressed, others are sent as they are instead of waiting', async () => {
  const text = 'word '.repeat(500_000);
  const { promise: haveArrived, resolve } = Promise.withResolvers<void>();
  let arrived = 0;
  const app = fastify();
  compressAnswers(app);
  app.get('/', async (_request, reply) => {
    arrived += 1;
    if (arrived === 3) resolve();
    await haveArrived;
    return reply.type('text/plain').send(Buffer.from(text));
  });
  const ask = () => app.inject({ url: '/', headers: { 'accept-encoding': 'gzip' } });
  const answers = [...(await Promise.all([ask(), ask(), ask()])), await ask()];
  const encodings = answers.map(({ headers }) => headers['content-encoding'] ?? 'identity');
  expect(encodings).toEqual(['gzip', 'identity', 'identity', 'gzip']);
  for (const { headers, rawPayload } of answers) {
    expect(headers.vary).toBe('Accept-Encoding');
    const bytes = headers['content-encoding'] ? gunzipSync(rawPayload) : rawPayload;
    expect(bytes.toString() === text).toBe(true);
  }
  await app.close();
});

describe('the schema', () => {
  test('is the one of the repository, and is not sent again to who has it', async () => {
    const { readFileSync } = await import('node:fs');
    const { text, headers } = await get('/schema.graphql');
    expect(`${text}\n`).toBe(readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8'));
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
    const again = await get('/schema.graphql', { 'if-none-match': headers.etag as string });
    expect({ status: again.status, text: again.text }).toEqual({ status: 304, text: '' });
  });

  test('is hidden in production, as introspection is', async () => {
    const answer = await fetch(`${production.url}/schema.graphql`);
    expect(answer.status).toBe(404);
  });
});

describe('GraphiQL', () => {
  test('loads less than 3 MB, in files that are kept for ever', async () => {
    for (const encoding of ['br', 'gzip']) {
      const page = await get('/graphql', { accept: 'text/html', 'accept-encoding': encoding });
      expect(page.headers['cache-control']).toBe('no-store');
      const links = [...page.text.matchAll(/(?:href|src)="(graphql\/assets\/[^"]+)"/g)].map(
        ([, path]) => `/${path}`,
      );
      expect(links).toHaveLength(3);
      let total = page.bytes.length;
      for (const link of links) {
        const file = await get(link, { 'accept-encoding': encoding });
        total += file.bytes.length;
        expect(file.status).toBe(200);
        expect(file.headers['cache-control']).toBe('public, max-age=31536000, immutable');
        const again = await get(link, { 'if-none-match': file.headers.etag as string });
        expect(again.status).toBe(304);
      }
      expect(total).toBeLessThan(3_000_000);
    }
    expect((await get('/graphql/assets/graphiql.other.js')).status).toBe(404);
  });
});
