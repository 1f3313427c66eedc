import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { createOpenAiProvider } from '../../../../src/providers/openai/provider.ts';
import type { Provider } from '../../../../src/providers/provider.ts';
import { createQuirkMemory, type QuirkMemory } from '../../../../src/providers/quirks/memory.ts';
import { modelList } from '../../../harness/vendor/openai.ts';
import { CHAT_OK, RESPONSES_OK } from '../../short-answers.ts';

export type Json = Record<string, unknown>;

export interface Reply {
  status?: number;
  body: unknown;
  headers?: Record<string, string>;
}

export interface Gateway {
  url: string;
  provider: Provider;
  quirks: QuirkMemory;
  asked: { path: string; body: Json }[];
}

/** Answers of the APIs; absent: "ok". null: the model list is none. */
interface Answers {
  responses?: (body: Json, nth: number) => Reply | null;
  chat?: (body: Json, nth: number) => Reply | null;
  models?: unknown;
}

/** A gateway in front of OpenAI, until the end of the test. It passes OpenAI's list of models on. */
export async function startGateway({
  responses,
  chat,
  models = modelList(),
}: Answers = {}): Promise<Gateway> {
  const asked: Gateway['asked'] = [];
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    if (request.method === 'GET') {
      send(response, models === null ? { status: 404, body: '' } : { body: models });
      return;
    }
    const body = (await json(request)) as Json;
    asked.push({ path, body });
    const nth = asked.filter((one) => one.path === path).length;
    const isResponses = path.endsWith('/responses');
    const reply = (isResponses ? responses : chat)?.(body, nth);
    send(response, reply ?? { body: isResponses ? RESPONSES_OK : CHAT_OK });
  }
  const server = createServer((request, response) => void answer(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const quirks = createQuirkMemory();
  const provider = createOpenAiProvider({ apiKey: 'k', baseUrl: `${url}/v1` }, undefined, quirks);
  return { url, provider, quirks, asked };
}

function send(response: ServerResponse, { status = 200, body, headers = {} }: Reply): void {
  const isRaw = typeof body === 'string' || Buffer.isBuffer(body);
  response.writeHead(status, { ...(!isRaw && { 'content-type': 'application/json' }), ...headers });
  response.end(isRaw ? body : JSON.stringify(body));
}

/** An error as OpenAI sends it. */
export const refusal = (status: number, message: string, more: object = {}): Reply => ({
  status,
  body: { error: { message, type: 'invalid_request_error', param: null, code: null, ...more } },
});

export const events = (...sent: object[]): string =>
  sent
    .map((one, index) => {
      const event = { sequence_number: index, ...one } as { type?: string };
      return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
    })
    .join('');
