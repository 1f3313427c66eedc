import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import pLimit from 'p-limit';
import { readJsonText } from '../../rules/json/text.ts';

type Done = (error: Error | null, body?: unknown) => void;

/** Bytes. To parse a shorter body takes less than a millisecond. */
const LARGE_BODY = 128 * 1024;

/**
 * Reads JSON as Fastify does, once it is known not to consist of too many parts, nor to have numbers that reading
 * changes. Large bodies are parsed one per iteration of the event loop: twenty of 4 MB that arrive together would keep
 * everything else waiting for 300 ms.
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
