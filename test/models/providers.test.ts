import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { data, errorCode } from '../harness/client.ts';
import { startTestServer, type TestServer } from '../harness/server.ts';
import { startVendor, type Vendor } from '../harness/vendor/server.ts';

const PROVIDERS = '{ providers { provider name configured reachable modelsCount defaultModel { modelId } } }';

let vendor: Vendor;
let server: TestServer | undefined;

beforeEach(async () => {
  vendor = await startVendor();
});
afterEach(async () => {
  await server?.stop();
  await vendor.stop();
});

async function ask(variables: Record<string, string>) {
  server = await startTestServer({ worker: false, variables });
  const client = await server.newUser();
  const { providers } = data(await client.query(PROVIDERS));
  return Object.fromEntries(providers.map((each: { provider: string }) => [each.provider, each]));
}

describe('providers', () => {
  test('what is configured, is there, and how many models it has', async () => {
    const all = await ask({
      OPENAI_BASE_URL: `${vendor.url}/v1`,
      ANTHROPIC_API_KEY: 'k',
      ANTHROPIC_BASE_URL: 'http://127.0.0.1:9',
    });
    expect(Object.keys(all)).toEqual(['OPENAI', 'ANTHROPIC', 'AZURE', 'CUSTOM', 'OLLAMA', 'DEMO']);
    expect(all).toMatchObject({
      OPENAI: {
        name: 'OpenAI',
        configured: true,
        reachable: true,
        modelsCount: 10,
        defaultModel: { modelId: 'gpt-4o' },
      },
      ANTHROPIC: {
        configured: true,
        reachable: false,
        modelsCount: 5,
        defaultModel: { modelId: 'claude-sonnet-5-5' },
      },
      AZURE: { configured: false, reachable: false, modelsCount: 0, defaultModel: null },
      CUSTOM: { configured: false, reachable: false },
      OLLAMA: { configured: false, reachable: false },
      DEMO: { configured: true, reachable: true, modelsCount: 1, defaultModel: { modelId: 'demo' } },
    });
  });

  test('Ollama is configured when it is there; a server that refuses the key is reachable', async () => {
    const all = await ask({
      OLLAMA_HOST: vendor.url,
      AZURE_OPENAI_API_KEY: 'k',
      AZURE_OPENAI_ENDPOINT: vendor.url,
    });
    expect(all).toMatchObject({
      OLLAMA: { configured: true, reachable: true },
      AZURE: { configured: true, reachable: true },
    });
  });

  test('custom models: one of their addresses answers, if it may be asked', async () => {
    const add = `mutation ($input: CreateModelInput!) { createModel(input: $input) { model { id } } }`;
    server = await startTestServer({ worker: false, variables: { OUTBOUND_ALLOW: '127.0.0.1' } });
    const admin = await server.newUser();
    const custom = async () =>
      data(await admin.query(PROVIDERS)).providers.find(
        ({ provider }: { provider: string }) => provider === 'CUSTOM',
      );
    const { port } = new URL(vendor.url);
    const create = (host: string, modelId: string) =>
      admin.query(add, { input: { provider: 'CUSTOM', modelId, baseUrl: `http://${host}:${port}/v1` } });
    data(await create('127.0.0.2', 'private'));
    const before = vendor.stats().total;
    expect(await custom()).toMatchObject({ configured: true, reachable: false, modelsCount: 1 });
    expect(vendor.stats().total).toBe(before);
  });

  test('one that does not answer costs two seconds, once for all who ask', async () => {
    const sockets = new Set<{ destroy(): void }>();
    let requests = 0;
    const silent = createServer((socket) => {
      socket.once('data', () => {
        requests += 1;
      });
      sockets.add(socket);
    });
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    const { port } = silent.address() as AddressInfo;
    server = await startTestServer({
      worker: false,
      variables: { OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` },
    });
    const client = await server.newUser();
    const startedAt = performance.now();
    const answers = await Promise.all(Array.from({ length: 10 }, () => client.query(PROVIDERS)));
    expect(performance.now() - startedAt).toBeLessThan(4000);
    for (const answer of answers) expect(data(answer).providers[0].reachable).toBe(false);
    data(await client.query(PROVIDERS));
    expect(requests).toBe(1);
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  test('are nothing for strangers', async () => {
    server = await startTestServer({ worker: false });
    expect(errorCode(await server.anonymous.query(PROVIDERS))).toBe('UNAUTHENTICATED');
  });
});
