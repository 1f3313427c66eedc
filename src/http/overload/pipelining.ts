import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Handles pipelined requests of a connection one after the other. Otherwise one packet of small requests
 * would produce as many responses at once, all held in memory until the client has read the earlier ones.
 */
export function serializePipelinedRequests(app: FastifyInstance): void {
  const last = new WeakMap<Socket, ServerResponse>();
  app.addHook('onRequest', ({ raw: { socket } }, { raw: response }, next) => {
    const before = last.get(socket);
    last.set(socket, response);
    // The hook runs again for a request that is passed on to another route.
    if (!before || before === response || before.closed) return next();
    before.once('close', () => {
      if (!socket.destroyed) next();
    });
  });
}
