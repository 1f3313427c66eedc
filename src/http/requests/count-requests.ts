import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AnsweredRequest, HttpMetrics } from '../../metrics/http-metrics.ts';
import { legacyRouteOf } from '../../rest-compat/index.ts';

/**
 * Counts every answered request and every socket; call it before routes are added, as hooks apply only to
 * later ones.
 */
export function countRequests(app: FastifyInstance, metrics: HttpMetrics): void {
  app.addHook('onResponse', async (request, reply) => {
    if (reply.isHandedOn) return;
    metrics.answered({
      method: request.method,
      route: routeOf(request),
      status: reply.raw.statusCode,
      seconds: isStream(reply) ? null : reply.elapsedTime / 1000,
      legacy: legacyRouteOf(request),
    });
  });
  app.server.on('upgrade', (_request, socket) => socket.once('close', metrics.socketOpened()));
}

function routeOf({ is404, routeOptions }: FastifyRequest): AnsweredRequest['route'] {
  return is404 ? null : (routeOptions.url ?? null);
}

function isStream({ raw }: FastifyReply): boolean {
  return /^text\/event-stream/.test(String(raw.getHeader('content-type')));
}
