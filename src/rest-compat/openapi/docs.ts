import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Dialect } from '../../vocabulary.ts';
import type { Lifetimes } from '../handling/lifetime.ts';
import { type DocumentedDialect, describeDialect, TITLES } from './describe-dialect.ts';

const LOGO = {
  type: 'image/svg+xml',
  content: Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="180" height="40"><text x="4" y="28" fill="#fff" font-family="sans-serif" font-size="24">Polyphony</text></svg>',
  ),
  href: '/docs',
  target: '_self' as const,
};

export interface DocsOptions {
  /** The version of Polyphony. */
  version: string;
  /** Ports at which one dialect is served without its mount. */
  ports: readonly { dialect: Dialect; port: number }[];
  lifetimes: Lifetimes;
}

/** `/amas/openapi.json` of every dialect, and a page at `/docs` to browse and try them. */
export async function openDocs(
  app: FastifyInstance,
  dialects: readonly DocumentedDialect[],
  options: DocsOptions,
): Promise<void> {
  // Relative to the page, which may be behind a guests' base URL.
  const urls = dialects.map(({ table: { name } }) => ({
    url: `../${name}/openapi.json`,
    name: TITLES[name],
  }));
  for (const dialect of dialects)
    app.get(`/${dialect.table.name}/openapi.json`, describeOnce(dialect, options));
  await app.register(async (scope) => {
    // The page shows the documents of the dialects; it only starts with one of its own.
    const info = { title: 'Polyphony', version: options.version };
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

/**
 * Describes a dialect at the first request for each base path, because that takes as long as a hundred requests. Where
 * a proxy or the secret base URL of guests adds to the path, the base is `.`, relative to the document.
 */
function describeOnce(
  dialect: DocumentedDialect,
  { version, ports, lifetimes }: DocsOptions,
): (request: FastifyRequest, reply: FastifyReply) => FastifyReply {
  const { name } = dialect.table;
  const lifetime = lifetimes[name];
  const isOwn = (port: number | undefined) =>
    ports.some((each) => each.dialect === name && each.port === port);
  const described = new Map<string, string>();

  function baseOf({ originalUrl, url, socket }: FastifyRequest): string {
    if (originalUrl !== url) return '.';
    return isOwn(socket.localPort) ? '/' : `/${name}`;
  }

  return (request, reply) => {
    const base = baseOf(request);
    const text = described.get(base) ?? JSON.stringify(describeDialect(dialect, { version, base, lifetime }));
    described.set(base, text);
    return reply.type('application/json').send(text);
  };
}
