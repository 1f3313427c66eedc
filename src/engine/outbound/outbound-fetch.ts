import { Agent, type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps, Agent as TlsAgent } from 'node:https';
import { Readable } from 'node:stream';
import type { Answered, Ask } from '../../providers/wire/ask.ts';
import type { Outbound } from './outbound.ts';

/** Statuses whose responses have no body (Fetch, "null body status"). */
const BODILESS = [101, 103, 204, 205, 304];

/**
 * Sends requests to addresses that users control: each is checked when connecting, and redirects are not
 * followed.
 */
export function createOutboundAsk(outbound: Outbound): Ask {
  const agents = {
    'http:': new Agent({ keepAlive: true }),
    'https:': new TlsAgent({ keepAlive: true }),
  };
  return async (url, { method, headers, body, signal }) => {
    signal?.throwIfAborted();
    // Literal addresses are connected to without a lookup.
    const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
    await outbound.addressesOf(url.hostname, port);
    // Connections are pooled by host and port, so each was checked for its own host.
    const options = { method, headers, lookup: outbound.lookupFor(port), ...(signal && { signal }) };
    const request =
      url.protocol === 'https:'
        ? requestHttps(url, { ...options, agent: agents['https:'] })
        : requestHttp(url, { ...options, agent: agents['http:'] });
    request.end(body ?? undefined);
    const answer = await answerTo(request);
    return { status: answer.statusCode ?? 500, headers: answer.headers, body: answer };
  };
}

/** The same as a `fetch`; the one of Node accepts no `lookup`. */
export function createOutboundFetch(outbound: Outbound): typeof fetch {
  const ask = createOutboundAsk(outbound);
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const headers = Object.fromEntries(new Headers(init.headers));
    const body = (init.body as string | null | undefined) ?? null;
    return toResponse(
      await ask(url, { method: init.method ?? 'GET', headers, body, signal: init.signal ?? null }),
    );
  };
}

function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    // Stays attached: later connection errors are reported by the body, and must not end the process here.
    request.on('error', reject);
  });
}

function toResponse({ status, headers: sent, body }: Answered): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(sent)) {
    for (const each of [value].flat()) headers.append(name, each ?? '');
  }
  const isBodiless = BODILESS.includes(status);
  if (isBodiless) body.resume();
  return new Response(isBodiless ? null : (Readable.toWeb(body) as ReadableStream), { status, headers });
}
