import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { FastifyRequest } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Services } from '../../src/context.ts';
import { createGraphiqlPage } from '../../src/http/graphiql.ts';
import { createTokens } from '../../src/resolvers/tokens.ts';
import { startTestServer, type TestServer } from '../harness/server.ts';

interface Page {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

/** `fetch` sets the headers that matter here by itself. */
function page(server: TestServer, headers: Record<string, string> = {}): Promise<Page> {
  return new Promise((resolve, reject) => {
    request(`${server.url}/graphql`, { headers: { accept: 'text/html', ...headers } }, async (response) =>
      resolve({ status: response.statusCode!, headers: response.headers, body: await text(response) }),
    )
      .on('error', reject)
      .end();
  });
}

const TOKEN = /Bearer eyJ[\w-]+\.[\w-]+\.[\w-]+/;

describe('in embedded mode', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ embedded: true, worker: false });
  });
  afterAll(() => server?.stop());

  test.each(['localhost', '127.0.0.1', '[::1]'])('a person at http://%s gets a token', async (host) => {
    const { status, headers, body } = await page(server, { host: `${host}:8000`, 'sec-fetch-site': 'none' });
    expect(status).toBe(200);
    expect(body).toMatch(TOKEN);
    expect(headers['cache-control']).toBe('no-store');
  });

  test.each([
    ['a foreign Host, as after DNS rebinding', { host: 'evil.example' }],
    ['a Host that begins like ours', { host: 'localhost.evil.example' }],
    ['an Origin', { origin: 'https://evil.example' }],
    ['Sec-Fetch-Site: cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['X-Forwarded-For, as a proxy on this machine sends', { 'x-forwarded-for': '203.0.113.7' }],
    ['X-Forwarded-Proto', { 'x-forwarded-proto': 'https' }],
    ['Forwarded', { forwarded: 'for=203.0.113.7' }],
    ['X-Real-IP', { 'x-real-ip': '203.0.113.7' }],
    ['Via', { via: '1.1 proxy' }],
    ['Sec-Fetch-Site: same-site, another port of this machine', { 'sec-fetch-site': 'same-site' }],
  ])('%s gets the page, but no token', async (_name, headers) => {
    const { status, body } = await page(server, headers);
    expect(status).toBe(200);
    expect(body).toContain('renderYogaGraphiQL');
    expect(body).not.toMatch(TOKEN);
  });

  test('nginx as it comes, which says nothing but speaks HTTP/1.0, gets no token', async () => {
    const { host, hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.write(`GET /graphql HTTP/1.0\r\nHost: ${host}\r\nAccept: text/html\r\nConnection: close\r\n\r\n`);
    const answer = await text(socket);
    expect(answer).toContain('renderYogaGraphiQL');
    expect(answer).not.toMatch(TOKEN);
  });

  test('no other site may read the page', async () => {
    const { headers } = await page(server, { origin: 'https://evil.example' });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });
});

test.each([
  ['127.0.0.1', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['203.0.113.7', false],
  ['::ffff:10.0.0.1', false],
  ['fe80::1', false],
])('somebody who comes from %s and says localhost: token %s', async (remoteAddress, isGiven) => {
  const services = { tokens: createTokens('a secret of the tests, long enough') } as Services;
  const headersOfRequest = { host: 'localhost:8000' };
  const raw = { headers: headersOfRequest, socket: { remoteAddress } };
  const request = { headers: headersOfRequest, raw } as FastifyRequest;
  const { headers } = await createGraphiqlPage(services, 'the local admin').options(request);
  expect(headers !== undefined).toBe(isGiven);
});

test('with a database of the operator nobody gets a token', async () => {
  const server = await startTestServer({ worker: false });
  const { body } = await page(server);
  expect(body).toContain('renderYogaGraphiQL');
  expect(body).not.toMatch(TOKEN);
  await server.stop();
});

test('in production there is neither the page nor introspection', async () => {
  const server = await startTestServer({
    worker: false,
    embedded: true,
    variables: { NODE_ENV: 'production' },
  });
  const { status, body } = await page(server);
  expect(status).toBe(406);
  expect(body).not.toContain('renderYogaGraphiQL');
  expect(JSON.parse(body).errors[0].extensions.code).toBe('VALIDATION_ERROR');
  const answer = await server.anonymous.query('{ __schema { types { name } } }');
  expect(answer.data).toBeUndefined();
  expect(answer.errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  expect((await server.anonymous.query('{ health { status } }')).data).toEqual({
    health: { status: 'healthy' },
  });
  await server.stop();
});
