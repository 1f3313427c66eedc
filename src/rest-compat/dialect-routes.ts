import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../errors.ts';
import { readJsonText } from '../rules/json/text.ts';
import type { DialectTable } from './definitions/dialect-table.ts';
import { type Method, ROUTED_METHODS } from './definitions/terms.ts';
import { unsupportedType } from './errors/from-fastify.ts';
import { refuse, toDomainError } from './errors/to-reply.ts';
import { type PreparedEndpoint, prepareEndpoint } from './handling/answer-endpoint.ts';
import { requestCount } from './handling/count-once.ts';
import { decimalPoints } from './handling/decimal-points.ts';
import { documentedPath } from './handling/documented-path.ts';
import { type Lifetimes, lifetimeHeaders } from './handling/lifetime.ts';
import type { SchemaAccess } from './handling/schema-access.ts';
import { successorLink } from './handling/successor.ts';
import { type Passages, readAgain } from './routing/passed-request.ts';

/**
 * A dialect in a Fastify scope of its own, with its own errors, unknown paths and body parser.
 * @throws Error when a document is invalid
 */
export function dialectScope(dialect: DialectTable, access: SchemaAccess, passages: Passages) {
  const endpoints = dialect.endpoints.map((row) => prepareEndpoint(access, dialect.name, row));
  return async (app: FastifyInstance): Promise<void> => {
    acceptOnlyJson(app);
    // Fastify supports all other methods of ROUTED_METHODS by default.
    if (!app.supportedMethods.includes('QUERY')) app.addHttpMethod('QUERY', { hasBody: true });
    const count = requestCount(dialect, access);
    app.setErrorHandler<FastifyError>(async (thrown, request, reply) => {
      // Requests rejected before their body was read count as well.
      const limited = await count(request, reply).catch((spent: FastifyError) => spent);
      const possible = passages.get(request.raw)?.possible ?? [];
      return refuse(dialect, possible, toDomainError(limited ?? thrown, request, access), request, reply);
    });
    // With a handler of its own, unknown paths under the mount belong to this scope and its hooks.
    app.setNotFoundHandler((request) => Promise.reject(unknownPath(dialect, request)));
    app.addHook('onRequest', async (request, reply) => {
      nameSuccessor(reply, null);
      reply.headers(lifetimeHeaders(access.lifetimes[dialect.name]));
      if (!dialect.limits?.readsBody) await count(request, reply);
      // Before the body is read: for an unknown path, the path is reported, whatever the body contains.
      if (request.is404) throw unknownPath(dialect, request);
    });
    app.addHook('preParsing', async ({ raw }, _reply, payload) => readAgain(passages, raw) ?? payload);
    app.addHook('preValidation', count);
    for (const endpoint of endpoints) {
      for (const url of fastifyPaths(endpoint.path)) addRoute(app, url, endpoint, access);
    }
    for (const [path, methods] of methodsByPath(endpoints)) {
      for (const url of fastifyPaths(path)) refuseOtherMethods(app, url, path, methods);
    }
  };
}

function addRoute(app: FastifyInstance, url: string, endpoint: PreparedEndpoint, access: SchemaAccess): void {
  const mark = decimalPoints(endpoint.body ?? null);
  app.route({
    method: endpoint.method,
    url,
    config: { about: endpoint.about, legacyPath: endpoint.path },
    onRequest: async (_request, reply) => nameSuccessor(reply, endpoint.operation),
    handler: async (request, reply) => {
      const { params, query, body } = request;
      const answer = await endpoint.answer({ params, query, body }, request.raw, departure(reply));
      if (endpoint.sends === 'artifact') return access.sendArtifact(String(answer), request, reply);
      return reply.code(endpoint.status).send(mark(answer));
    },
  });
}

/** Aborted when the client is gone; not after every response, as that would create an error for each. */
function departure({ raw }: FastifyReply): AbortSignal {
  const departed = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) departed.abort();
  });
  return departed.signal;
}

function refuseOtherMethods(app: FastifyInstance, url: string, path: string, methods: Method[]): void {
  const allowed = ROUTED_METHODS.filter((method) =>
    methods.some((each) => each === (method === 'HEAD' ? 'GET' : method)),
  );
  app.route({
    method: ROUTED_METHODS.filter((method) => !allowed.includes(method)),
    url,
    config: { legacyPath: path },
    onRequest: async (request, reply) => {
      reply.header('allow', allowed.join(', '));
      const message = `${request.method} is not allowed here; allowed: ${allowed.join(', ')}`;
      throw new DomainError('METHOD_NOT_ALLOWED', message, { allowed });
    },
    handler: () => {},
  });
}

function methodsByPath(endpoints: PreparedEndpoint[]): Map<string, Method[]> {
  const methods = Map.groupBy(endpoints, ({ path }) => path);
  return new Map([...methods].map(([path, rows]) => [path, rows.map(({ method }) => method)]));
}

/**
 * `/tasks/{task_id}` of the documents is Fastify's `/tasks/:task_id`. With or without a trailing slash: the
 * old servers redirected from one to the other, and their clients may use either.
 */
function fastifyPaths(path: string): string[] {
  const bare = path.replaceAll(/\{(\w+)\}/g, ':$1').replace(/\/$/, '');
  return [bare, `${bare}/`];
}

type Done = (error: Error | null, body?: unknown) => void;

/** Also `application/vnd.api+json` and the like, with any parameters. */
const JSON_TYPE = /^application\/([^;\s]+\+)?json(\s*;|$)/;

/**
 * A body without a type is JSON. An empty body counts as none, whatever its type, as with the old servers:
 * some clients send the header with every request.
 */
function acceptOnlyJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('remove', 'remove');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(JSON_TYPE, { parseAs: 'buffer' }, readJson);
  app.addContentTypeParser<Buffer>('*', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length > 0 && request.headers['content-type']) done(unsupportedType(request));
    else readJson(request, body, done);
  });

  function readJson(request: FastifyRequest, body: Buffer, done: Done): void {
    const { text, error } = readJsonText(body, 'body');
    if (body.length === 0) done(null);
    else if (error) done(error);
    else parse(request, text, done);
  }
}

/** Fastify rejects a path that cannot be decoded before it looks for a route. */
export function refuseUnreadablePath(
  { dialect, possible }: { dialect: DialectTable; possible: readonly DialectTable[] },
  lifetimes: Lifetimes,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  nameSuccessor(reply, null);
  reply.headers(lifetimeHeaders(lifetimes[dialect.name]));
  return refuse(dialect, possible, unknownPath(dialect, request), request, reply);
}

function unknownPath(dialect: DialectTable, request: FastifyRequest): DomainError {
  const path = documentedPath(dialect, request);
  return new DomainError('NOT_FOUND', `there is no ${request.method} ${path}`);
}

function nameSuccessor(reply: FastifyReply, operation: string | null): void {
  reply.header('link', successorLink(operation));
}
