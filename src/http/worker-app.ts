import Fastify, { type FastifyInstance } from 'fastify';
import type { Services } from '../context.ts';
import { createProbe } from '../resolvers/system/health.ts';
import { answerFailure, answerUnknownPath } from './errors/to-reply.ts';
import { createConnections, FASTIFY_TIMEOUTS } from './overload/connections.ts';
import { createAdmission } from './requests/admission.ts';
import { metricsRoute } from './routes/metrics-route.ts';

/**
 * The HTTP server of a separate worker: `/health` and `/metrics`, with the same rules as those of the API.
 */
export async function createWorkerApp(
  services: Pick<Services, 'config' | 'log' | 'store' | 'tokens' | 'metrics' | 'version'>,
): Promise<FastifyInstance> {
  const app = Fastify({ ...FASTIFY_TIMEOUTS, forceCloseConnections: true });
  const admission = createAdmission(services);
  createConnections(services, admission).limit(app.server);
  app.setErrorHandler(answerFailure(services.log));
  app.setNotFoundHandler(answerUnknownPath);
  app.get('/health', createProbe(services));
  await app.register(metricsRoute(services.metrics, admission));
  return app;
}
