import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { negotiate } from '@fastify/accept-negotiator';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import pLimit from 'p-limit';

/** Shorter answers fit into one packet as they are. */
const LEAST_BYTES = 1024;
/** Compressing a longer one takes a thread some 10 milliseconds, and other work waits for the same threads. */
const LARGE_BYTES = 1024 * 1024;

const TEXTS = /^(?:application\/(?:[\w.-]+\+)?json|text\/(?:html|plain|css|javascript))\b/;

export type Encoding = 'br' | 'gzip';

const CODINGS = {
  // The default, 11, takes a hundred times as long.
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
  gzip: (bytes: Buffer) => promisify(gzip)(bytes, { level: 4 }),
} satisfies Record<Encoding, (bytes: Buffer) => Promise<Buffer>>;

const oneLarge = pLimit(1);

/** In a thread, so that the event loop is free. */
export function compress(encoding: Encoding, bytes: Buffer): Promise<Buffer> {
  return bytes.length < LARGE_BYTES ? CODINGS[encoding](bytes) : oneLarge(CODINGS[encoding], bytes);
}

/** The encoding that a client prefers; null: none that is offered. */
export function encodingFor({ headers }: FastifyRequest): Encoding | null {
  const accepted = headers['accept-encoding'];
  const found = typeof accepted === 'string' ? negotiate(accepted.toLowerCase(), ['br', 'gzip']) : null;
  return found as Encoding | null;
}

/**
 * Compresses the answers of the routes that are added later, if they are whole texts. Streams are sent as they come:
 * a compressor would hold their events back.
 */
export function compressAnswers(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return payload;
    if (Buffer.byteLength(payload) < LEAST_BYTES || reply.hasHeader('content-encoding')) return payload;
    if (!TEXTS.test(String(reply.getHeader('content-type')))) return payload;
    addVary(reply);
    const encoding = encodingFor(request);
    if (encoding === null) return payload;
    // Answers in a queue would be memory that no limit counts.
    if (Buffer.byteLength(payload) >= LARGE_BYTES && oneLarge.activeCount > 0) return payload;
    reply.header('content-encoding', encoding);
    reply.removeHeader('content-length');
    return compress(encoding, Buffer.isBuffer(payload) ? payload : Buffer.from(payload));
  });
}

/** For caches: CORS has a `Vary` of its own. */
export function addVary(reply: FastifyReply): void {
  const others = reply.getHeader('vary');
  reply.header('vary', others === undefined ? 'Accept-Encoding' : `${others}, Accept-Encoding`);
}
