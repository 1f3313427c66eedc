import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { DomainError } from '../errors.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { type Admission, isLoopback, nameOf } from './admission.ts';
import { headerCredentials } from './context.ts';

/** `GET /metrics`, for an admin, and for whoever asks on the machine itself. */
export function metricsRoute(metrics: Metrics, admission: Admission) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get('/metrics', async ({ raw }, reply) => {
      const viewer = await admission.viewer(raw, headerCredentials(raw.headers));
      if (viewer && !viewer.isAdmin) throw new DomainError('FORBIDDEN', 'metrics are for admins');
      if (!viewer && !isLocal(raw)) throw notLocal();
      return reply
        .type(metrics.contentType)
        .header('cache-control', 'no-store')
        .send(await metrics.render());
    });
  };
}

/** What proxies add, one of which may stand on this machine and speak for the world. */
const PROXY_HEADERS = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

/** The name that was asked for is this machine's, too: a page in a browser here may have its own lead to it. */
function isLocal({ socket, headers, httpVersion }: IncomingMessage): boolean {
  // nginx, unless it is told otherwise, adds none of these and asks for this machine's own name, but in HTTP/1.0.
  if (httpVersion === '1.0') return false;
  if (PROXY_HEADERS.some((name) => headers[name] !== undefined)) return false;
  return isLoopback(socket.remoteAddress ?? '') && isLoopback(nameOf(headers.host ?? ''));
}

function notLocal(): DomainError {
  const message =
    'metrics are for admins, and for this machine itself: send `Authorization: Bearer <token>` or `X-API-Key: <key>` of an admin';
  return new DomainError('UNAUTHENTICATED', message);
}
