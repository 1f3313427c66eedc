import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { addVary, compress, type Encoding, encodingFor } from './compression.ts';

/** A text that is the same for all, compressed once for each encoding. */
export interface KeptText {
  /** Of its contents. */
  hash: string;
  send(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>;
}

/** @param cacheControl for browsers and proxies, which may ask with the ETag whether it has changed */
export function keepText(text: string | Buffer, type: string, cacheControl: string): KeptText {
  const bytes = Buffer.from(text as string);
  const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
  const compressed = new Map<Encoding, Promise<Buffer>>();
  const etag = `W/"${hash}"`;

  function bodyIn(encoding: Encoding): Promise<Buffer> {
    const body = compressed.get(encoding) ?? compress(encoding, bytes);
    compressed.set(encoding, body);
    return body;
  }

  return {
    hash,
    async send(request, reply) {
      addVary(reply);
      reply.headers({ etag, 'cache-control': cacheControl });
      if (request.headers['if-none-match']?.includes(etag)) return reply.code(304).send();
      const encoding = encodingFor(request);
      if (encoding) reply.header('content-encoding', encoding);
      return reply.type(type).send(encoding ? await bodyIn(encoding) : bytes);
    },
  };
}
