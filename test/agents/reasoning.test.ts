import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, test } from 'vitest';
import { type Client, data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { startVendor, type VendorRequest } from '../harness/vendor/server.ts';
import { call, calling, startAgent } from './script.ts';

let gateway: Server;

/** OpenAI without its Responses API. */
async function startGateway(): Promise<string> {
  gateway = createServer(async (request, response) => {
    if (request.url === '/v1/responses') return response.writeHead(404).end('404 page not found');
    const { method = 'GET', headers } = request;
    const body = method === 'POST' ? await text(request) : null;
    const { authorization = '' } = headers;
    const passed = await fetch(`${vendor.url}${request.url}`, { method, headers: { authorization }, body });
    return response.writeHead(passed.status).end(await passed.text());
  });
  await once(gateway.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/v1`;
}

const vendor = fixture(startVendor);
const variables = () => ({
  OPENAI_API_KEY: 'canary-key-1234567890',
  OPENAI_BASE_URL: `${vendor.url}/v1`,
  ANTHROPIC_API_KEY: 'canary-key-1234567890',
  ANTHROPIC_BASE_URL: vendor.url,
});
const server = fixture(() => startTestServer({ variables: variables() }));
const behindGateway = fixture(async () =>
  startTestServer({
    variables: { ...variables(), OPENAI_BASE_URL: await startGateway() },
  }),
);
const ann = fixture(() => server.newUser());
afterAll(async () => {
  gateway?.closeAllConnections();
  gateway?.close();
});

const requestsFor = (model: string) => vendor.requests.filter(({ body }) => body.model === model);
const typesOf = ({ body }: VendorRequest) =>
  (body.input as { type?: string; role?: string }[]).map(({ type, role }) => type ?? role);
const write = (name: string) => call('write_file', { path: name, content: 'x' });
const FINISH = call('finish', { summary: 'Done.', success: true });
const TURN = ['reasoning', 'function_call', 'function_call_output'];

const CALLS = `query ($id: ID!) { task(id: $id) { status cost costComplete result
  modelCalls { provider status inputTokens outputTokens reasoningTokens cost } } }`;

async function taskOf(client: Client, id: string) {
  await client.events(id);
  return data(await client.query(CALLS, { id })).task;
}

describe('an agent on a model of OpenAI that reasons', () => {
  test('is given its reasoning with the results of its calls, through the Responses API, and paid in full', async () => {
    const model = 'o3@reasoning=7,key=kept';
    vendor.scripts.set(model, [
      { text: 'First a note. ', ...write('a') },
      calling(['write_file', { path: 'b', content: 'x' }], ['list_files', {}]),
      FINISH,
    ]);
    const id = await startAgent(ann, model, { parameters: { reasoningEffort: 'HIGH' } });
    const task = await taskOf(ann, id);
    expect(task).toMatchObject({ status: 'COMPLETED', costComplete: true, result: { output: 'Done.' } });
    const requests = requestsFor(model);
    expect(requests.map(({ path }) => path)).toEqual(Array(3).fill('/v1/responses'));
    // The vendor refuses calls without their reasoning.
    expect(typesOf(requests[2]!).slice(-9)).toEqual([
      ...['reasoning', 'assistant', 'function_call', 'function_call_output'],
      ...['reasoning', 'function_call', 'function_call'],
      ...['function_call_output', 'function_call_output'],
    ]);
    for (const { body } of requests) {
      expect(body).toMatchObject({ store: false, reasoning: { effort: 'high' } });
      expect(body.prompt_cache_key).toBe(requests[0]!.body.prompt_cache_key);
    }
    // $2 and $8 a million.
    for (const one of task.modelCalls) {
      expect(one).toMatchObject({ provider: 'OPENAI', status: 'COMPLETED', reasoningTokens: 7 });
      expect(one.cost).toBeCloseTo((one.inputTokens * 2 + one.outputTokens * 8) / 1e6, 12);
    }
  });

  test('goes to another vendor and back: each is given its own thoughts alone', async () => {
    const model = 'o3@fault=503,after=1,times=1,key=away';
    const fallback = 'claude-sonnet-4-5@reasoning=2,key=away';
    vendor.scripts.set(model, [write('a'), write('c'), FINISH]);
    vendor.scripts.set(fallback, [write('b')]);
    const id = await startAgent(ann, model, { fallbackModels: [fallback] });
    const task = await taskOf(ann, id);
    expect(task).toMatchObject({ status: 'COMPLETED', result: { output: 'Done.' } });
    expect(task.modelCalls.map(({ provider, status }: Record<string, string>) => [provider, status])).toEqual(
      [
        ['OPENAI', 'COMPLETED'],
        ['OPENAI', 'FAILED'],
        ['ANTHROPIC', 'COMPLETED'],
        ['OPENAI', 'COMPLETED'],
        ['OPENAI', 'COMPLETED'],
      ],
    );
    const [elsewhere] = requestsFor(fallback);
    expect(JSON.stringify(elsewhere!.body)).not.toMatch(/gAAAAA|encrypted/);
    expect(JSON.stringify(elsewhere!.body)).toContain('call_r');
    const back = requestsFor(model).at(-1)!;
    expect(typesOf(back).slice(-8)).toEqual([...TURN, 'function_call', 'function_call_output', ...TURN]);
    expect(JSON.stringify(back.body)).not.toMatch(/signature|thinking|tool_use/);
  });

  test('without that API there, it is asked through chat completions, which its quirks show', async () => {
    const bob = await behindGateway.newUser();
    const model = 'o4-mini@key=gateway';
    vendor.scripts.set(model, [write('a'), FINISH]);
    const task = await taskOf(bob, await startAgent(bob, model));
    expect(task).toMatchObject({ status: 'COMPLETED', costComplete: true });
    // The refused request is a part of the first call.
    expect(task.modelCalls.map(({ status }: { status: string }) => status)).toEqual([
      'COMPLETED',
      'COMPLETED',
    ]);
    expect(requestsFor(model).map(({ path }) => path)).toEqual(Array(2).fill('/v1/chat/completions'));
    const { model: shown } = data(await bob.query('{ model(by: { name: "o4-mini" }) { quirks } }'));
    expect(shown.quirks).toEqual(['no_responses']);
  });
});

test('a prompt with a stop sequence goes to chat completions, and one without to Responses', async () => {
  const model = 'o3@tokens=5,key=stop';
  const asked = async (parameters: object) => {
    await taskOf(ann, await ann.createTask({ prompt: 'Hi', model, parameters }));
    return requestsFor(model).at(-1)!.path;
  };
  expect(await asked({ stop: ['END'] })).toBe('/v1/chat/completions');
  expect(await asked({})).toBe('/v1/responses');
});
