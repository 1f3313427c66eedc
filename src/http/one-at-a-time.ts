import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Has the requests of a connection answered one after the other: what is sent ahead of an answer (pipelining) would
 * have as many answers made as requests fit into a packet, and held until those before them are read.
 */
export function answerOneAtATime(app: FastifyInstance): void {
  const last = new WeakMap<Socket, ServerResponse>();
  app.addHook('onRequest', ({ raw: { socket } }, { raw: response }, next) => {
    const before = last.get(socket);
    last.set(socket, response);
    // A request that is handed on to another route comes here again.
    if (!before || before === response || before.closed) return next();
    before.once('close', () => {
      if (!socket.destroyed) next();
    });
  });
}
