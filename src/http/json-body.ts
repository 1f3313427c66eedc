import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DomainError } from '../errors.ts';

/** A body within the byte limit could have millions, which take a tenth of a second to read. */
const MAX_VALUES = 100_000;
/** Each may be a new one to the engine, which costs more than a value. */
const MAX_NAMES = 50_000;

/** Reads JSON as Fastify does, once it is known not to consist of too many parts. */
export function limitJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    (request: FastifyRequest, body: Buffer, done) => {
      const message = jsonBodyFault(body);
      if (message) done(new DomainError('PAYLOAD_TOO_LARGE', message));
      else parse(request, body.toString(), done);
    },
  );
}

const [QUOTE, BACKSLASH, COMMA, COLON, BRACE, BRACKET] = [...'"\\,:{['].map((sign) => sign.charCodeAt(0));

/** What is wrong with a JSON text in UTF-8, by its signs outside of strings; null: nothing. */
export function jsonBodyFault(body: Uint8Array): string | null {
  if (body.length <= MAX_NAMES) return null;
  let values = 0;
  let names = 0;
  let isInString = false;
  for (let index = 0; index < body.length; index += 1) {
    const sign = body[index];
    if (sign === QUOTE) isInString = !isInString;
    else if (isInString) {
      if (sign === BACKSLASH) index += 1;
    } else if (sign === COMMA || sign === BRACE || sign === BRACKET) values += 1;
    else if (sign === COLON) names += 1;
    if (values > MAX_VALUES) return `the body has more than ${MAX_VALUES} values`;
    if (names > MAX_NAMES) return `the body has more than ${MAX_NAMES} members of objects`;
  }
  return null;
}
