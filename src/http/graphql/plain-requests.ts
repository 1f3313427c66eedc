import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Transport } from '../requests/transport.ts';
import type { Documents, OperationRequest } from './documents/documents.ts';
import type { Yoga } from './yoga.ts';

/** Matches all media types of streams, and wildcards that may select one. */
const STREAMS = /text|event-stream|multipart|mixed/i;

/** Longer bodies are read as bytes: decoding a large response takes longer than sending it. */
const LONG_BYTES = 512 * 1024;

/** Whether the response is certainly one JSON value, determined before the document is parsed. */
export function isPlain(
  { method, headers, body }: FastifyRequest,
  documents: Pick<Documents, 'peek'>,
): boolean {
  if (method !== 'POST' || STREAMS.test(headers.accept ?? '')) return false;
  const text = documents.peek(body as OperationRequest);
  return text !== null && !text.includes('subscription');
}

/**
 * Yoga's response, without the streams and signals that a fetch Request and Response involve: they cost more
 * than a small query.
 */
export async function answerPlainly(
  yoga: Yoga,
  request: FastifyRequest,
  reply: FastifyReply,
  transport: Transport,
): Promise<FastifyReply> {
  return sendWhole(await yoga.handleRequest(toFetch(request), transport), reply);
}

/** Sends a response that ends by itself: not a stream of events. */
export async function sendWhole(response: Response, reply: FastifyReply): Promise<FastifyReply> {
  const headers = Object.fromEntries(response.headers);
  const isLong = Number(headers['content-length']) > LONG_BYTES;
  const body = isLong ? await response.bytes() : await response.text();
  return reply.code(response.status).headers(headers).send(body);
}

/** The members of a Request that Yoga reads when the body is available. */
export function toFetch({
  method,
  url,
  headers,
  body,
}: Pick<FastifyRequest, 'method' | 'url' | 'headers' | 'body'>): Request {
  const request: Pick<Request, 'method' | 'url' | 'body' | 'json'> & { headers: Pick<Headers, 'get'> } = {
    method,
    url,
    headers: { get: (name) => headers[name]?.toString() ?? null },
    body: null,
    json: async () => body,
  };
  return request as Request;
}
