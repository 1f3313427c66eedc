import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EngineContext } from '../../../src/engine/context.ts';
import { findModels } from '../../../src/engine/models/find-models.ts';
import { createOutbound } from '../../../src/engine/outbound/outbound.ts';
import { createSandbox } from '../../../src/engine/sandbox/sandbox.ts';
import { createLog } from '../../../src/log.ts';
import { type ModelTraits, type Provider, ProviderError } from '../../../src/providers/provider.ts';
import { createQuirkMemory } from '../../../src/providers/quirks/memory.ts';
import { createSecretBox } from '../../../src/secrets/secret-box.ts';
import { createTextWriter } from '../../../src/store/log/generated-text/batch-text.ts';
import { startTestServer, type TestServer } from '../../harness/server.ts';

let server: TestServer;
let context: EngineContext;
let has: string[] | null;
/** By model. */
let digests: Record<string, string>;
let traits: Record<string, ModelTraits | null>;
let asked: string[];
let atOnce: { now: number; most: number };

beforeEach(async () => {
  [digests, traits, asked, atOnce] = [{}, {}, [], { now: 0, most: 0 }];
  server = await startTestServer({ worker: false });
  const ollama: Provider = {
    id: 'ollama',
    async *stream() {},
    async models() {
      if (has) return has.map((id) => ({ id, digest: digests[id] ?? null, traits: null }));
      throw new ProviderError('PROVIDER_UNAVAILABLE', 'nobody is there');
    },
    async traitsOf(model) {
      asked.push(model);
      atOnce.now += 1;
      atOnce.most = Math.max(atOnce.most, atOnce.now);
      await new Promise(setImmediate);
      atOnce.now -= 1;
      const of = traits[model];
      if (of) return of;
      throw new ProviderError('PROVIDER_UNAVAILABLE', 'not now');
    },
  };
  const log = createLog('silent');
  const { store } = server;
  const writer = createTextWriter(store.database, store.bus, log);
  const sandbox = createSandbox({ mode: 'none', searchPath: '', hidden: [] });
  const secrets = createSecretBox(server.config);
  const outbound = createOutbound([]);
  const providers = new Map([['ollama', ollama]] as const);
  const metrics = server.metrics.work;
  const engine = {
    store,
    writer,
    providers,
    quirks: createQuirkMemory(),
    providerRetryMs: 0,
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

describe('what a server reports about its models', () => {
  const chat: ModelTraits = { contextWindow: 40_960, capabilities: ['text', 'reasoning'], callsTools: true };
  const embedding: ModelTraits = { contextWindow: 2_048, capabilities: ['embedding'], callsTools: false };
  const columns = 'capabilities, context_window, supports_function_calling, supports_vision, lacks, digest';
  const described = async (model: string) => {
    const { rows } = await server.store.database.pool.query(
      `select ${columns} from model where provider = 'ollama' and model_id = $1`,
      [model],
    );
    return rows[0];
  };

  test('is in the catalog, and asked for once for each digest', async () => {
    has = ['chat:1', 'embed:1'];
    digests = { 'chat:1': 'aa', 'embed:1': 'bb' };
    traits = { 'chat:1': chat, 'embed:1': embedding };
    await look();
    await look();
    expect(asked).toEqual(['chat:1', 'embed:1']);
    expect(await described('chat:1')).toEqual({
      capabilities: ['text', 'reasoning'],
      context_window: 40_960,
      supports_function_calling: true,
      supports_vision: false,
      lacks: [],
      digest: 'aa',
    });
    expect(await described('embed:1')).toMatchObject({
      capabilities: ['embedding'],
      lacks: ['text', 'tools'],
    });
    digests['chat:1'] = 'cc';
    traits['chat:1'] = { ...chat, contextWindow: 100 };
    await look();
    expect(asked).toEqual(['chat:1', 'embed:1', 'chat:1']);
    expect(await described('chat:1')).toMatchObject({ context_window: 100, digest: 'cc' });
  });

  test('is asked for again where it was not answered; the model is on offer meanwhile', async () => {
    has = ['chat:1'];
    digests = { 'chat:1': 'aa' };
    await look();
    expect(await described('chat:1')).toMatchObject({ capabilities: ['text'], lacks: [], digest: null });
    traits = { 'chat:1': chat };
    await look();
    expect(await described('chat:1')).toMatchObject({ context_window: 40_960, digest: 'aa' });
  });

  test('is not asked for all at once', async () => {
    has = Array.from({ length: 30 }, (_, index) => `m${index}:1`);
    traits = Object.fromEntries(has.map((model) => [model, chat]));
    digests = Object.fromEntries(has.map((model) => [model, model]));
    await look();
    expect(asked).toHaveLength(30);
    expect(atOnce.most).toBe(4);
  });

  test('does not replace what an admin edited', async () => {
    has = ['chat:1'];
    digests = { 'chat:1': 'aa' };
    traits = { 'chat:1': chat };
    await look();
    await server.store.database.pool.query(
      `update model set context_window = 7, is_edited = true where model_id = 'chat:1'`,
    );
    digests['chat:1'] = 'bb';
    await look();
    expect(await described('chat:1')).toMatchObject({ context_window: 7 });
  });
});
