import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance, RouteHandlerMethod } from 'fastify';
import type { DialectTable } from '../definitions/dialect-table.ts';
import { describeDialect, TITLES } from './describe-dialect.ts';

const LOGO = {
  type: 'image/svg+xml',
  content: Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="180" height="40"><text x="4" y="28" fill="#fff" font-family="sans-serif" font-size="24">Polyphony</text></svg>',
  ),
  href: '/docs',
  target: '_self' as const,
};

/** `/amas/openapi.json` of every dialect, and a page at `/docs` to browse and try them. */
export async function openDocs(
  app: FastifyInstance,
  tables: readonly DialectTable[],
  version: string,
): Promise<void> {
  // Relative to the page, which may be behind a guests' base URL.
  const urls = tables.map(({ name }) => ({ url: `../${name}/openapi.json`, name: TITLES[name] }));
  for (const table of tables) app.get(`/${table.name}/openapi.json`, describeOnce(table, version));
  await app.register(async (scope) => {
    // The page shows the documents of the dialects; it only starts with one of its own.
    const info = { title: 'Polyphony', version };
    const document = { openapi: '3.1.0', info, paths: {} };
    scope.addHook('onRequest', async ({ url }, reply) => {
      if (url === '/docs') return reply.redirect('docs/', 308);
    });
    await scope.register(swagger, { mode: 'static', specification: { document } });
    await scope.register(swaggerUi, {
      routePrefix: '/docs',
      uiConfig: { urls },
      theme: { title: 'Polyphony' },
      logo: LOGO,
    });
  });
}

/** On first request: it takes as long as a hundred requests. */
function describeOnce(table: DialectTable, version: string): RouteHandlerMethod {
  let document: string | undefined;
  return (_request, reply) => {
    document ??= JSON.stringify(describeDialect(table, version));
    return reply.type('application/json').send(document);
  };
}
