import { Agent, type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps, Agent as TlsAgent } from 'node:https';
import { Readable } from 'node:stream';
import type { Outbound } from './outbound.ts';

/** Statuses whose answers have no body (Fetch, "null body status"). */
const BODILESS = [101, 103, 204, 205, 304];

/**
 * `fetch` to addresses that users steer: each is checked when it is connected to, and redirects are answers like
 * any other. That of Node takes no `lookup`.
 */
export function createOutboundFetch(outbound: Outbound): typeof fetch {
  const agents = {
    'http:': new Agent({ keepAlive: true }),
    'https:': new TlsAgent({ keepAlive: true }),
  };
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const { signal } = init;
    signal?.throwIfAborted();
    // A literal address is connected to without a look-up.
    const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
    await outbound.addressesOf(url.hostname, port);
    const options = {
      method: init.method ?? 'GET',
      headers: Object.fromEntries(new Headers(init.headers)),
      // Connections are kept by host and port, so that each was checked for its own.
      lookup: outbound.lookupFor(port),
      ...(signal && { signal }),
    };
    const request =
      url.protocol === 'https:'
        ? requestHttps(url, { ...options, agent: agents['https:'] })
        : requestHttp(url, { ...options, agent: agents['http:'] });
    request.end(init.body ?? undefined);
    return toResponse(await answerTo(request));
  };
}

function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    // Stays: a connection that breaks later is told by the body, and must not end the process here.
    request.on('error', reject);
  });
}

function toResponse(answer: IncomingMessage): Response {
  const status = answer.statusCode ?? 500;
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headersDistinct)) {
    for (const each of value ?? []) headers.append(name, each);
  }
  const isBodiless = BODILESS.includes(status);
  if (isBodiless) answer.resume();
  return new Response(isBodiless ? null : (Readable.toWeb(answer) as ReadableStream), { status, headers });
}
