import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../../errors.ts';
import type { Transport } from '../requests/transport.ts';
import { toFetch } from './plain-requests.ts';
import type { Yoga } from './yoga.ts';

const MOST_OPERATIONS = 10;
/** Of results that wait for the next one: whatever waits is memory that no limit counts. */
const MOST_WAITING_BYTES = 1024 * 1024;

/** @throws DomainError */
export function checkBatch(operations: readonly unknown[]): void {
  if (operations.length > MOST_OPERATIONS || operations.length === 0) {
    const message = `a batch must have 1 to ${MOST_OPERATIONS} operations; this one has ${operations.length}`;
    throw new DomainError('VALIDATION_ERROR', message, { field: 'query' });
  }
}

/**
 * Executes the operations one after the other, and answers the list of their results. Each is limited and counted as
 * if it had been sent alone. Once the results are large, the others are not executed.
 */
export async function answerBatch(
  yoga: Yoga,
  request: FastifyRequest,
  reply: FastifyReply,
  transport: Transport,
): Promise<FastifyReply> {
  const { method, url, headers } = request;
  const results: Uint8Array[] = [];
  let size = 0;
  for (const body of request.body as unknown[]) {
    const isFull = size > MOST_WAITING_BYTES;
    const result = isFull ? TOO_LARGE : await resultOf(yoga, { method, url, headers, body }, transport);
    size += result.length;
    results.push(results.length === 0 ? OPENING : COMMA, result);
  }
  return reply.type('application/json; charset=utf-8').send(Buffer.concat([...results, CLOSING]));
}

const [OPENING, COMMA, CLOSING] = [Buffer.from('['), Buffer.from(','), Buffer.from(']')];

const TOO_LARGE = Buffer.from(
  JSON.stringify({
    errors: [
      {
        message:
          'not executed: the earlier results of the batch have more than 1 MB; send this operation alone',
        extensions: { code: 'PAYLOAD_TOO_LARGE' },
      },
    ],
  }),
);

async function resultOf(
  yoga: Yoga,
  { method, url, headers, body }: Parameters<typeof toFetch>[0],
  transport: Transport,
): Promise<Uint8Array> {
  const single = toFetch({ method, url, headers: { ...headers, accept: 'application/json' }, body });
  const response = await yoga.handleRequest(single, { ...transport, isBatch: true });
  return response.bytes();
}
