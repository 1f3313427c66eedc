import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FastifyInstance } from 'fastify';
import { DIALECT_TABLES } from '../../src/rest-compat/index.ts';
import { documentedPaths } from '../../src/rest-compat/routing/documented-paths.ts';

/**
 * - `public`: the same for all, and nothing in it is an account's;
 * - `admin`: for administrators alone;
 * - `swept`: by another file;
 * - a type: the route takes the id of one, and belongs to its owner.
 */
type Who = 'public' | 'admin' | 'swept' | { type: string };

/** Every route that is no row of a dialect. */
export const ROUTES: Record<string, Who> = {
  '*': 'public',
  '/': 'public',
  '/artifacts/:id': { type: 'Artifact' },
  '/console/assets/:name': 'public',
  '/docs': 'public',
  '/docs/': 'public',
  '/docs/static/*': 'public',
  '/docs/json': 'public',
  '/docs/yaml': 'public',
  '/docs/static/index.html': 'public',
  '/docs/static/swagger-initializer.js': 'public',
  // Administrators may have all: test/accounts/export.test.ts.
  '/exports/:id': 'swept',
  '/graphql': 'swept',
  '/graphql/assets/:name': 'public',
  '/health': 'public',
  '/metrics': 'admin',
  // The same page for each run, which reads the run as its viewer.
  '/runs': 'public',
  '/runs/:id': 'public',
  '/schema.graphql': 'public',
  // It names nothing: test/accounts/cookie-sessions.test.ts.
  '/session': 'swept',
  ...Object.fromEntries(
    Object.keys(DIALECT_TABLES).map((name) => [`/${name}/openapi.json`, 'public' as const]),
  ),
};

/** Paths of all routes that are made while `make` runs, without the rows of the dialects. */
export async function routesMadeBy<Result>(
  make: () => Promise<Result>,
): Promise<{ result: Result; routes: string[] }> {
  const routes = new Set<string>();
  const documented = documentedPaths(Object.values(DIALECT_TABLES)).map(({ url }) => url);
  const listen = (message: unknown) => {
    const { fastify } = message as { fastify: FastifyInstance };
    fastify.addHook('onRoute', ({ url, config }) => {
      const isRow = (config as { legacyPath?: string } | undefined)?.legacyPath !== undefined;
      if (!isRow && (!documented.includes(url) || url in ROUTES)) routes.add(url);
    });
  };
  subscribe('fastify.initialization', listen);
  const result = await make().finally(() => unsubscribe('fastify.initialization', listen));
  return { result, routes: [...routes].sort() };
}
