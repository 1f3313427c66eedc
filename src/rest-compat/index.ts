import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Dialect } from '../vocabulary.ts';
import { aiTaskOrchestraDocument } from './ai-task-orchestra/documentation.ts';
import { aiTaskOrchestra } from './ai-task-orchestra/index.ts';
import { amasDocument } from './amas/documentation.ts';
import { amas } from './amas/index.ts';
import type { DialectTable } from './definitions/dialect-table.ts';
import type { DialectDocument } from './definitions/documentation.ts';
import { dialectScope } from './dialect-routes.ts';
import { documentedPath } from './handling/documented-path.ts';
import type { SchemaAccess } from './handling/schema-access.ts';
import { miniDevinDocument } from './mini-devin/documentation.ts';
import { miniDevin } from './mini-devin/index.ts';
import { type DocsOptions, openDocs } from './openapi/docs.ts';
import { orchestrateXDocument } from './orchestratex/documentation.ts';
import { orchestrateX } from './orchestratex/index.ts';
import type { Passages } from './routing/passed-request.ts';
import { openRootPaths } from './routing/root-paths.ts';
import { socketAt } from './routing/socket-at.ts';
import type { Destination } from './sockets/admit.ts';
import { openDialectSockets, type SocketCarrier } from './sockets/upgrades.ts';
import { theMachineDocument } from './themachine/documentation/documentation.ts';
import { theMachine } from './themachine/index.ts';

export const DIALECT_TABLES = {
  themachine: theMachine,
  'ai-task-orchestra': aiTaskOrchestra,
  'mini-devin': miniDevin,
  amas,
  orchestratex: orchestrateX,
} satisfies { [Name in Dialect]: DialectTable & { name: Name } };

/** How the OpenAPI document of each describes its endpoints. */
const DOCUMENTS = {
  themachine: theMachineDocument,
  'ai-task-orchestra': aiTaskOrchestraDocument,
  'mini-devin': miniDevinDocument,
  amas: amasDocument,
  orchestratex: orchestrateXDocument,
} satisfies Record<Dialect, DialectDocument>;

export const DOCUMENTED_DIALECTS = Object.values(DIALECT_TABLES).map((table) => ({
  table,
  document: DOCUMENTS[table.name],
}));

/** The dialect under whose mount a request is; null: none. */
export function dialectAt({ url = '' }: Pick<IncomingMessage, 'url'>): DialectTable | null {
  const mount = url.split(/[/?]/, 2)[1];
  return Object.values(DIALECT_TABLES).find(({ name }) => name === mount) ?? null;
}

/** The dialect that answers an undecodable path; null: the path belongs to none. */
export function unreadableFor(request: Pick<IncomingMessage, 'url'>, fallback: Dialect) {
  const dialect = dialectAt(request);
  if (dialect) return { dialect, possible: [] };
  const isDocumented = request.url?.startsWith('/api/');
  return isDocumented ? { dialect: DIALECT_TABLES[fallback], possible: Object.values(DIALECT_TABLES) } : null;
}

/** The documented path of a request; null: it belongs to no dialect. */
export function legacyRouteOf(request: FastifyRequest): { dialect: Dialect; route: string } | null {
  const dialect = dialectAt(request);
  return dialect && { dialect: dialect.name, route: request.routeOptions.config?.legacyPath ?? 'unknown' };
}

/**
 * Mounts every dialect under its own name, `/mini-devin` + the documented path, and at the documented paths
 * themselves, with a page at `/docs` that describes them.
 * @param options.fallback dialect of requests to documented paths that nothing else identifies
 * @throws Error when a document is invalid
 */
export async function mountDialects(
  app: FastifyInstance,
  access: SchemaAccess,
  { fallback, ...docs }: { fallback: Dialect } & DocsOptions,
): Promise<void> {
  const passages: Passages = new WeakMap();
  for (const dialect of Object.values(DIALECT_TABLES)) {
    await app.register(dialectScope(dialect, access, passages), { prefix: `/${dialect.name}` });
  }
  await openRootPaths(app, { tables: DIALECT_TABLES, access, passages, fallback });
  await openDocs(app, DOCUMENTED_DIALECTS, docs);
}

/**
 * The sockets of every dialect, each under its mount, `/mini-devin/ws/tasks/{task_id}`, and without one.
 * @param fallback as for `mountDialects`. @throws Error when a document is invalid
 */
export function mountSockets(access: SchemaAccess, fallback: Dialect): SocketCarrier {
  const locate = (request: IncomingMessage) => destinationOf(request, fallback);
  return openDialectSockets(Object.values(DIALECT_TABLES), access, locate);
}

function destinationOf(request: IncomingMessage, fallback: Dialect): Destination | null {
  const dialect = dialectAt(request);
  if (dialect) return { dialect, path: documentedPath(dialect, { url: request.url ?? '' }) };
  const place = socketAt(request, fallback);
  return place && { ...place, dialect: DIALECT_TABLES[place.dialect] };
}
