import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DIALECTS, type Dialect } from '../../vocabulary.ts';
import type { DialectTable } from '../definitions/dialect-table.ts';
import { ROUTED_METHODS } from '../definitions/terms.ts';
import { refuse, toDomainError } from '../errors/to-reply.ts';
import type { SchemaAccess } from '../handling/schema-access.ts';
import { type Clues, chooseDialect, turnsOnOrigin } from './choose-dialect.ts';
import { type DocumentedPath, documentedPaths } from './documented-paths.ts';
import type { Passages } from './passed-request.ts';
import { readBodyClue, readClues } from './read-clues.ts';
import { createReadOrigin } from './read-origin.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The dialects that document a path without a mount, by method. */
    rootCandidates?: DocumentedPath['candidates'] | undefined;
  }
  interface FastifyReply {
    /** It is answered and counted at a mount. */
    isHandedOn: boolean;
  }
}

export interface RootSettings {
  tables: Record<Dialect, DialectTable>;
  access: SchemaAccess;
  passages: Passages;
  /** The dialect of requests that nothing else identifies. */
  fallback: Dialect;
}

/** The server's own health endpoint exists already, and has all documented members. */
const TAKEN = ['/health', '/health/'];

/**
 * The documented paths without a mount. A request is passed to the mount of the dialect that its client seems
 * to use, and continues as if it had been sent there: limits, responses and errors are those of the mount.
 */
export async function openRootPaths(app: FastifyInstance, settings: RootSettings): Promise<void> {
  const lead = createLead(app, settings);
  app.decorateReply('isHandedOn', false);
  app.addHook('onRequest', async (request, reply) => {
    if (request.is404 && request.url.startsWith('/api/')) await lead(request, reply, DIALECTS);
  });
  await app.register(async (scope) => {
    acceptUnread(scope);
    scope.setErrorHandler<FastifyError>((thrown, request, reply) => {
      const error = toDomainError(thrown, request, settings.access);
      const { dialect, possible } = mayBeFor(request, settings);
      return refuse(dialect, possible, error, request, reply);
    });
    for (const { url, candidates } of documentedPaths(Object.values(settings.tables))) {
      if (TAKEN.includes(url)) continue;
      scope.route({
        config: { rootCandidates: candidates },
        method: [...ROUTED_METHODS],
        url,
        async onRequest(request, reply) {
          const possible = candidates(request.method);
          if (possible.length === 1 || !hasBody(request)) await lead(request, reply, possible);
        },
        handler: (request, reply) => lead(request, reply, candidates(request.method)),
      });
    }
  });
}

function hasBody({ method }: FastifyRequest): boolean {
  return ['POST', 'PUT', 'PATCH'].includes(method);
}

/** It is examined here, and parsed at the mount. */
function acceptUnread(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}

/** The dialect of a request that was refused before it was read, chosen without its body and the object in its path. */
function mayBeFor(
  request: FastifyRequest,
  { tables, access, fallback }: RootSettings,
): { dialect: DialectTable; possible: DialectTable[] } {
  const candidates = request.routeOptions.config.rootCandidates?.(request.method) ?? DIALECTS;
  const { dialect, by } = chooseDialect({
    ...readableClues(request),
    candidates,
    guestOf: access.guestDialect(request.raw),
    body: undefined,
    origin: null,
    fallback,
  });
  return {
    dialect: tables[dialect],
    possible: by === 'default' ? candidates.map((name) => tables[name]) : [],
  };
}

/** Ignores an unknown dialect name: it may be the reason why the request is refused. */
function readableClues(request: FastifyRequest) {
  try {
    return readClues(request);
  } catch {
    const { 'x-api-dialect': _name, ...headers } = request.headers;
    return readClues({ headers, query: {}, params: request.params });
  }
}

function createLead(app: FastifyInstance, { tables, access, passages, fallback }: RootSettings) {
  const readOrigin = createReadOrigin(access);

  async function choose(request: FastifyRequest, candidates: Clues['candidates']) {
    const said = { ...readClues(request), body: readBodyClue(request.body) };
    const guestOf = access.guestDialect(request.raw);
    const clues = { candidates, guestOf, ...said, origin: null, fallback };
    const choice = chooseDialect(clues);
    if (!turnsOnOrigin(choice)) return choice;
    return chooseDialect({ ...clues, origin: await readOrigin(request.raw, candidates) });
  }

  return async (request: FastifyRequest, reply: FastifyReply, candidates: Clues['candidates']) => {
    const { dialect, by } = await choose(request, candidates);
    const { raw, body } = request;
    passages.set(raw, {
      possible: by === 'default' ? candidates.map((name) => tables[name]) : [],
      body: Buffer.isBuffer(body) ? body : null,
    });
    raw.url = `/${dialect}${raw.url}`;
    reply.isHandedOn = true;
    reply.hijack();
    app.routing(raw, reply.raw);
  };
}
