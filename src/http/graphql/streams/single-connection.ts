import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OperationLimits } from '../../../context.ts';
import { DomainError } from '../../../errors.ts';
import { beyondRunToken } from '../../../resolvers/accounts/require-scope.ts';
import type { Transport } from '../../requests/transport.ts';
import { countOperation } from '../limit-operations.ts';
import { EVENT_STREAM_HEADERS } from './event-stream.ts';
import { isReservation, type Reservations } from './reservations.ts';
import type { SharedOperation } from './shared-stream.ts';

const MAX_ID = 200;

/** The single connection mode of graphql-sse: one stream of an account carries the results of many requests. */
export interface SingleConnection {
  /** PUT: reserves a stream, and answers its token. @throws DomainError */
  reserve(reply: FastifyReply, transport: Transport): Promise<FastifyReply>;
  /** GET: opens the stream. @throws DomainError */
  open(reply: FastifyReply, transport: Transport, token: string): Promise<FastifyReply>;
  /** POST: the operation, whose results go to the stream. @throws DomainError */
  begin(request: FastifyRequest, transport: Transport, token: string): Promise<SharedOperation>;
  /** DELETE: stops an operation. @throws DomainError */
  stop(request: FastifyRequest, reply: FastifyReply, transport: Transport): Promise<FastifyReply>;
}

/** The token of a stream that the request belongs to; null: none. */
export function streamTokenOf({ headers, query }: FastifyRequest): string | null {
  const header = headers['x-graphql-event-stream-token'];
  if (typeof header === 'string') return header;
  const { token } = query as { token?: unknown };
  return isReservation(token) ? token : null;
}

export function createSingleConnection(
  reservations: Reservations,
  limits: OperationLimits,
): SingleConnection {
  return {
    async reserve(reply, transport) {
      await countOperation(limits, transport);
      const { viewer } = await transport.asker();
      if (!viewer) throw new DomainError('UNAUTHENTICATED', 'log in to reserve an event stream');
      // Anyone who reads a page that contains one could hold all streams of the account.
      if (viewer.runIds) throw beyondRunToken('an event stream of many operations');
      return reply.code(201).type('text/plain; charset=utf-8').send(reservations.reserve(viewer));
    },
    async open(reply, transport, token) {
      await countOperation(limits, transport);
      // An EventSource has only the token, which opens one stream once.
      const { viewer } = await transport.asker();
      const events = reservations.open(token, viewer?.userId ?? null);
      return reply.headers(EVENT_STREAM_HEADERS).send(events);
    },
    async begin({ method, body, query }, { asker }, token) {
      const stream = reservations.find(token, await accountOf(asker));
      const { extensions } = (method === 'GET' ? query : body) as { extensions?: unknown };
      const isText = typeof extensions === 'string' && extensions !== '';
      return stream.begin(operationIdOf(isText ? JSON.parse(extensions) : extensions));
    },
    async stop(request, reply, transport) {
      await countOperation(limits, transport);
      const accountId = await accountOf(transport.asker);
      const stream = reservations.find(streamTokenOf(request) ?? '', accountId);
      stream.stop(operationIdOf(request.query));
      return reply.code(200).send();
    },
  };
}

/** An operation and its end are requests with credentials of the account; the stream itself may have none. */
async function accountOf(asker: Transport['asker']): Promise<string> {
  const { viewer } = await asker();
  if (viewer) return viewer.userId;
  throw new DomainError('UNAUTHENTICATED', 'log in to use an event stream');
}

function operationIdOf(given: unknown): string {
  const { operationId } = (given ?? {}) as { operationId?: unknown };
  if (typeof operationId === 'string' && operationId !== '' && operationId.length <= MAX_ID)
    return operationId;
  const message = `operationId: must be a text of 1 to ${MAX_ID} characters`;
  throw new DomainError('VALIDATION_ERROR', message, { field: 'operationId' });
}
