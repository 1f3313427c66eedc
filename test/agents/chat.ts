import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One answer of a chat model, with the end that a test wants for it. */
export interface ChatAnswer {
  text?: string;
  calls?: [name: string, input: unknown][];
  /** The vendor's word; 'tool_calls' or 'stop' when absent. */
  finish?: string;
  /** An HTTP error instead of an answer. */
  refusal?: { status: number; error: object; headers?: Record<string, string> };
}

export interface ChatRequest {
  model: string;
  messages: { role: string; content: string | null; tool_calls?: object[] }[];
  tools?: object[];
  [setting: string]: unknown;
}

export interface Chat {
  /** OpenAI's base URL. */
  url: string;
  requests: ChatRequest[];
  /** What a model answers to its nth request, from 1; the last answer of a list is repeated. */
  answer(model: string, how: ChatAnswer[] | ((request: ChatRequest, nth: number) => ChatAnswer)): void;
  /** The requests for a model. */
  asked(model: string): ChatRequest[];
  stop(): Promise<void>;
}

/** A server that speaks OpenAI's wire format and ends its answers as a test says. */
export async function startChat(): Promise<Chat> {
  const requests: ChatRequest[] = [];
  const answers = new Map<string, (request: ChatRequest, nth: number) => ChatAnswer>();
  const asked = (model: string) => requests.filter((request) => request.model === model);
  const server = createServer(async (incoming, response) => {
    let text = '';
    for await (const part of incoming) text += part;
    if (incoming.method === 'GET') return response.end(JSON.stringify({ data: [], models: [] }));
    const request: ChatRequest = JSON.parse(text);
    requests.push(request);
    const given = answers.get(request.model)?.(request, asked(request.model).length) ?? {};
    if (given.refusal) {
      const { status, headers } = given.refusal;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      return response.end(JSON.stringify({ error: given.refusal.error }));
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const chunks = chunksOf(given).map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`);
    return response.end(`${chunks.join('')}data: [DONE]\n\n`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    asked,
    answer(model, how) {
      const list = Array.isArray(how) ? how : null;
      answers.set(model, list ? (_request, nth) => list[Math.min(nth, list.length) - 1]! : (how as never));
    },
    async stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function chunksOf({ text = '', calls = [], finish }: ChatAnswer): object[] {
  const chunk = (delta: object, reason: string | null = null) => ({
    choices: [{ index: 0, delta, finish_reason: reason }],
  });
  return [
    chunk({ role: 'assistant', content: text }),
    ...calls.map(([name, input], index) =>
      chunk({
        tool_calls: [
          {
            index,
            id: `call_${index}`,
            type: 'function',
            function: { name, arguments: typeof input === 'string' ? input : JSON.stringify(input) },
          },
        ],
      }),
    ),
    chunk({}, finish ?? (calls.length > 0 ? 'tool_calls' : 'stop')),
    { choices: [], usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 } },
  ];
}
