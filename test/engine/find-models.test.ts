import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EngineContext } from '../../src/engine/context.ts';
import { findModels } from '../../src/engine/find-models.ts';
import { createOutbound } from '../../src/engine/outbound.ts';
import { createSandbox } from '../../src/engine/sandbox/sandbox.ts';
import { createLog } from '../../src/log.ts';
import { type Provider, ProviderError } from '../../src/providers/provider.ts';
import { createRunWriter } from '../../src/store/run-writer.ts';
import { createSecretBox } from '../../src/store/secret-box.ts';
import { startTestServer, type TestServer } from '../harness/server.ts';

let server: TestServer;
let context: EngineContext;
let has: string[] | null;

beforeEach(async () => {
  server = await startTestServer({ worker: false });
  const ollama: Provider = {
    id: 'ollama',
    async *stream() {},
    async models() {
      if (has) return has;
      throw new ProviderError('PROVIDER_UNAVAILABLE', 'nobody is there');
    },
  };
  const log = createLog('silent');
  const { store } = server;
  const writer = createRunWriter(store.database, store.bus, log);
  const sandbox = createSandbox({ mode: 'none', searchPath: '', hidden: [] });
  const secrets = createSecretBox(server.config);
  const outbound = createOutbound([]);
  const providers = new Map([['ollama', ollama]] as const);
  const metrics = server.metrics.work;
  const engine = {
    store,
    writer,
    providers,
    sandbox,
    workspaces: server.config,
    outbound,
    secrets,
    metrics,
    log,
  };
  context = {
    ...engine,
    compute: () => async () => Promise.reject(new Error('there is nothing to compute')),
  };
});
afterEach(() => server.stop());

async function look(): Promise<void> {
  await findModels(context, new AbortController().signal);
}

async function catalog(): Promise<unknown[]> {
  const { rows } = await server.store.database.pool.query(
    `select model_id, aliases, is_present, input_price from model where provider = 'ollama' order by model_id`,
  );
  return rows;
}

const row = (model_id: string, is_present: boolean, aliases: string[] = []) => ({
  model_id,
  aliases,
  is_present,
  input_price: null,
});

test('what is found is in the catalog, at no price of its own; `:latest` may be left out', async () => {
  has = ['llama3.2:latest', 'qwen3:8b', 'qwen3:8b'];
  await look();
  expect(await catalog()).toEqual([row('llama3.2:latest', true, ['llama3.2']), row('qwen3:8b', true)]);
});

test('what is gone is not offered, and what comes back is offered again', async () => {
  has = ['a:1', 'b:1'];
  await look();
  has = ['b:1', 'c:1'];
  await look();
  expect(await catalog()).toEqual([row('a:1', false), row('b:1', true), row('c:1', true)]);
  has = ['a:1'];
  await look();
  expect(await catalog()).toEqual([row('a:1', true), row('b:1', false), row('c:1', false)]);
});

test('a provider that does not answer has no models', async () => {
  has = ['a:1'];
  await look();
  has = null;
  await look();
  expect(await catalog()).toEqual([row('a:1', false)]);
});

test('other providers’ models are left alone', async () => {
  has = [];
  await look();
  const { rows } = await server.store.database.pool.query(
    `select count(*)::int from model where provider <> 'ollama' and not is_present`,
  );
  expect(rows).toEqual([{ count: 0 }]);
});
