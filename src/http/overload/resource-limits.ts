import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Services } from '../../context.ts';
import type { Admission } from '../requests/admission.ts';
import { headerCredentials } from '../requests/context.ts';
import { isLarge } from './answer-size.ts';
import { limitBodies } from './bodies.ts';
import { type Connections, createConnections } from './connections.ts';
import { markSentOnce } from './free-sent-buffers.ts';
import { serializePipelinedRequests } from './pipelining.ts';
import { createSendBuffers, type SendBuffers } from './send-buffers.ts';

/** The limits that keep clients from exhausting the memory and sockets of this process. */
export interface ResourceLimits {
  connections: Connections;
  sendBuffers: SendBuffers;
}

/** Responses of a caller that wait for their turn; no budget counts the memory they hold. */
const MAX_WAITING = 10;

/** Callers may share an address, such as a proxy's; different credentials mean different callers. */
function callerOf(request: IncomingMessage, admission: Admission): string {
  const { authorization, apiKey } = headerCredentials(request.headers);
  return JSON.stringify([admission.address(request), authorization, apiKey]);
}

/** Call it before routes are added: hooks apply only to later ones. */
export function applyResourceLimits(
  app: FastifyInstance,
  services: Services,
  admission: Admission,
): ResourceLimits {
  const limits = {
    connections: createConnections(services, admission),
    sendBuffers: createSendBuffers(),
  };
  limits.connections.limit(app.server);
  app.addHook('onRequest', async ({ raw }) => limits.sendBuffers.watch(raw.socket));
  serializePipelinedRequests(app);
  limitBodies(app, admission);
  // A dialect's response may be larger than the GraphQL result it is built from.
  app.addHook('preSerialization', async ({ raw }, reply, payload) => {
    if (!isLarge(payload)) return payload;
    const json = await services.serializeLarge(payload, callerOf(raw, admission), MAX_WAITING);
    // Sent unchanged: the bytes are a serialized payload, which the type does not express.
    reply.serializer(() => markSentOnce(json) as unknown as string);
    return payload;
  });
  return limits;
}
