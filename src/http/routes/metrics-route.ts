import type { FastifyInstance } from 'fastify';
import { DomainError } from '../../errors.ts';
import type { Metrics } from '../../metrics/metrics.ts';
import type { Admission } from '../requests/admission.ts';
import { headerCredentials } from '../requests/context.ts';

/** `GET /metrics`, with an admin's login token or API key. A loopback address is no proof: proxies have one, too. */
export function metricsRoute(metrics: Metrics, admission: Admission) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get('/metrics', async ({ raw }, reply) => {
      const viewer = await admission.viewer(raw, headerCredentials(raw.headers));
      if (viewer && !viewer.isAdmin) throw new DomainError('FORBIDDEN', 'metrics are for admins');
      if (!viewer) throw noCredentials();
      return reply
        .type(metrics.contentType)
        .header('cache-control', 'no-store')
        .send(await metrics.render());
    });
  };
}

function noCredentials(): DomainError {
  const message =
    'metrics are for admins: send `Authorization: Bearer <token or API key>` or `X-API-Key: <key>` of an admin';
  return new DomainError('UNAUTHENTICATED', message);
}
