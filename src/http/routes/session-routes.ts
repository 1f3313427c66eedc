import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Services, Viewer } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { endSession } from '../../resolvers/accounts/logins/logout.ts';
import type { Admission } from '../requests/admission.ts';
import { headerCredentials } from '../requests/context.ts';
import { pageCredentials, SESSION_SECONDS, sessionCookie } from '../requests/session-cookie.ts';

/**
 * `POST /session` puts the login of its bearer token into a cookie that scripts cannot read; `DELETE /session` ends that
 * login. Cookies authenticate GraphQL alone, and only together with the header `X-CSRF-Token`, whatever its value.
 */
export function sessionRoutes(services: Services, admission: Admission) {
  const { config, tokens, operationLimits } = services;

  async function admit({ raw }: FastifyRequest, credentials: Parameters<Admission['viewer']>[1]) {
    const viewer = await admission.viewer(raw, credentials);
    const accountId = viewer?.userId ?? null;
    await operationLimits.countRequest({ accountId, address: admission.address(raw) });
    return { viewer, loginId: loginOf(viewer) };
  }

  return async (app: FastifyInstance): Promise<void> => {
    app.post('/session', async (request, reply) => {
      const { viewer, loginId } = await admit(request, headerCredentials(request.headers));
      const seconds = lifetimeOf(viewer!);
      const token = await tokens.sign(viewer!.userId, seconds, 'graphql', { loginId, isForCookie: true });
      return reply
        .header('set-cookie', sessionCookie(config, token, seconds))
        .code(204)
        .send();
    });
    app.delete('/session', async (request, reply) => {
      const { viewer, loginId } = await admit(request, pageCredentials(request.headers));
      await endSession(services, viewer!.userId, loginId);
      return reply
        .header('set-cookie', sessionCookie(config, '', 0))
        .code(204)
        .send();
    });
  };
}

/** Seconds. The token of a cookie that is exchanged for another does not gain any, or it would never end. */
function lifetimeOf({ isByCookie, expiresAt }: Viewer): number {
  if (!isByCookie) return SESSION_SECONDS;
  return Math.max(1, Math.floor((expiresAt!.getTime() - Date.now()) / 1000));
}

/** @throws DomainError UNAUTHENTICATED, FORBIDDEN */
function loginOf(viewer: Viewer | null): string {
  if (!viewer) throw new DomainError('UNAUTHENTICATED', 'log in first: send `Authorization: Bearer <token>`');
  const loginId = viewer.credential?.loginId;
  if (loginId && !viewer.runIds) return loginId;
  throw new DomainError('FORBIDDEN', 'only the token of a login can be put into a cookie');
}
