import type { FastifyInstance } from 'fastify';
import { DomainError } from '../errors.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Admission } from './admission.ts';
import { headerCredentials } from './context.ts';
import { isLocal } from './is-local.ts';

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

function notLocal(): DomainError {
  const message =
    'metrics are for admins, and for this machine itself: send `Authorization: Bearer <token>` or `X-API-Key: <key>` of an admin';
  return new DomainError('UNAUTHENTICATED', message);
}
