import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import pLimit from 'p-limit';
import { readJsonText } from '../../rules/json/text.ts';

type Done = (error: Error | null, body?: unknown) => void;

/** Bytes. Parsing a shorter body takes less than a millisecond. */
const LARGE_BODY = 128 * 1024;

/**
 * Parses JSON like Fastify, after checking that it does not have too many parts, or numbers that parsing
 * would change. Large bodies are parsed one per iteration of the event loop: twenty of 4 MB that arrive
 * together would block everything else for 300 ms.
 */
export function limitJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  const inTurn = pLimit(1);

  function read(request: FastifyRequest, body: Buffer, done: Done): void {
    const { text, error } = readJsonText(body, 'body');
    if (error) done(error);
    else parse(request, text, done);
  }

  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    (request: FastifyRequest, body: Buffer, done) => {
      if (body.length < LARGE_BODY) return read(request, body, done);
      void inTurn(async () => {
        read(request, body, done);
        await nextTurn();
      }).catch(done);
    },
  );
}
