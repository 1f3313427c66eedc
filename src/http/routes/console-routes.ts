import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Services } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { beginLogin } from '../../resolvers/accounts/logins/begin-login.ts';
import type { ConsoleFiles } from '../console/console-files.ts';
import { type LocalAdmin, linkOf, refusePrefetch } from '../requests/one-time-link.ts';
import { SESSION_SECONDS, sessionCookie } from '../requests/session-cookie.ts';

/** The addresses of pages; other unknown paths are answered as unknown. `/runs/…` is one page for each run. */
const PAGES = ['/', '/runs', '/runs/:id'];

/** Allows nothing from other hosts, no inline scripts or styles, and no embedding in frames. */
const POLICY = [
  "default-src 'none'",
  ...['script', 'style', 'img', 'font', 'connect'].map((kind) => `${kind}-src 'self'`),
  ...["form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"],
].join('; ');

/**
 * The console: one page for all addresses, and its files. A one-time link logs in the local admin with the cookie that
 * GraphQL accepts from pages, and disappears from the address bar.
 */
export function consoleRoutes(
  services: Services,
  { page, assets }: ConsoleFiles,
  localAdmin: LocalAdmin | null,
) {
  async function sendPage(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    refusePrefetch(request);
    const secret = request.method === 'GET' ? linkOf(request) : null;
    if (secret === null) return page.send(request, reply.header('content-security-policy', POLICY));
    const isTaken = localAdmin !== null && (await localAdmin.takeLink(secret));
    if (!isTaken) return reply.redirect('/#used-link', 303);
    const lifetime = { expiresIn: SESSION_SECONDS, isForCookie: true };
    const { token } = await beginLogin(
      services,
      { id: localAdmin.id, passwordHash: null },
      'graphql',
      lifetime,
    );
    return reply
      .header('set-cookie', sessionCookie(services.config, token, SESSION_SECONDS))
      .redirect('/', 303);
  }

  return async (app: FastifyInstance): Promise<void> => {
    for (const path of PAGES) app.get(path, sendPage);
    app.get<{ Params: { name: string } }>('/console/assets/:name', async (request, reply) => {
      const asset = assets.get(request.params.name);
      if (asset) return asset.send(request, reply);
      throw new DomainError('NOT_FOUND', 'the console has no such file; load the page again');
    });
  };
}
