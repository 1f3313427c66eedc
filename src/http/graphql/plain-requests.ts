import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Carrier } from '../requests/carrier.ts';
import type { Yoga } from './yoga.ts';

/** All types of streams, and what may stand for one. */
const STREAMS = /text|event-stream|multipart|mixed/i;

/** Above it a body is read as bytes: to make a text of those of a large answer takes longer than to send them. */
const LONG_BYTES = 512 * 1024;

/** Whether the answer is one JSON whatever comes of it: that is known before the document is read. */
export function isPlain({ method, headers, body }: FastifyRequest): boolean {
  if (method !== 'POST' || STREAMS.test(headers.accept ?? '')) return false;
  const { query } = body as { query?: unknown };
  return typeof query === 'string' && !query.includes('subscription');
}

/**
 * Yoga's answer, without the streams and signals that a fetch Request and a Response that is sent as one would
 * bring: they cost more than a small query.
 */
export async function answerPlainly(
  yoga: Yoga,
  request: FastifyRequest,
  reply: FastifyReply,
  carrier: Carrier,
): Promise<FastifyReply> {
  const response = await yoga.handleRequest(toFetch(request), carrier);
  const headers = Object.fromEntries(response.headers);
  const isLong = Number(headers['content-length']) > LONG_BYTES;
  const body = isLong ? await response.bytes() : await response.text();
  return reply.code(response.status).headers(headers).send(body);
}

/** Those members of a Request that Yoga reads when the body is there already. */
function toFetch({ method, url, headers, body }: FastifyRequest): Request {
  const request: Pick<Request, 'method' | 'url' | 'body' | 'json'> & { headers: Pick<Headers, 'get'> } = {
    method,
    url,
    headers: { get: (name) => headers[name]?.toString() ?? null },
    body: null,
    json: async () => body,
  };
  return request as Request;
}
