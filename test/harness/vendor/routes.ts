import { anthropic } from './anthropic.ts';
import { azure } from './azure.ts';
import { listAs } from './behave.ts';
import { type Exchange, serveChat } from './chat.ts';
import { ollama, ollamaPull, runningList, shown, tagList } from './ollama.ts';
import { modelList, openai } from './openai.ts';
import { responses } from './responses.ts';
import type { Wire } from './wire.ts';

export interface Route {
  readonly wire: Wire;
  /** Rejects with Refused for an HTTP error. */
  readonly serve: (exchange: Exchange) => Promise<void>;
}

const fixed =
  (body: () => unknown) =>
  async ({ response, wire, sequence }: Exchange): Promise<void> => {
    response.writeHead(200, { 'content-type': 'application/json', ...wire.replyHeaders(sequence) });
    response.end(JSON.stringify(body()));
  };

async function servePull(exchange: Exchange): Promise<void> {
  exchange.memory.pulled.add(exchange.wire.parse(exchange.body).model);
  await serveChat(exchange);
}

/** Method and path to wire format; the next vendor is a line here. `*` is one step of any name. */
const routes: Readonly<Record<string, Route>> = {
  'POST /v1/chat/completions': { wire: openai, serve: serveChat },
  'POST /v1/responses': { wire: responses, serve: serveChat },
  'GET /v1/models': {
    wire: openai,
    serve: (exchange) => fixed(() => listAs(exchange.memory.as) ?? modelList())(exchange),
  },
  'POST /v1/messages': { wire: anthropic, serve: serveChat },
  'POST /api/chat': { wire: ollama, serve: serveChat },
  'GET /api/ps': { wire: ollama, serve: fixed(runningList) },
  'GET /api/tags': {
    wire: ollama,
    serve: (exchange) => fixed(() => tagList(exchange.memory.ollamaModels, exchange.memory.pulled))(exchange),
  },
  'POST /api/show': {
    wire: ollama,
    serve: (exchange) =>
      fixed(() => shown(exchange.memory.ollamaModels, String(exchange.body.model)))(exchange),
  },
  'POST /api/pull': { wire: ollamaPull, serve: servePull },
  'POST /openai/deployments/*/chat/completions': { wire: azure, serve: serveChat },
};

export const routeOf = (method: string, path: string): Route | undefined =>
  routes[`${method} ${path.replace(/(?<=\/deployments\/)[^/]+/, '*')}`];
