import type { Dialect } from '../../vocabulary.ts';
import type { DialectTable } from '../definitions/dialect-table.ts';
import type { DialectDocument } from '../definitions/documentation.ts';
import type { Lifetime } from '../handling/lifetime.ts';
import { describeEndpoint, nounOf } from './describe-endpoint.ts';
import { describeFailures, HEADERS } from './failures.ts';
import { createComponents } from './schemas.ts';
import { TAGS } from './tags.ts';

/** As in their own documentation. */
export const TITLES = {
  themachine: 'TheMachine',
  'ai-task-orchestra': 'AI Task Orchestra',
  'mini-devin': 'Mini-Devin',
  amas: 'AMAS',
  orchestratex: 'OrchestrateX',
} satisfies Record<Dialect, string>;

/** A dialect, and how its endpoints are described. */
export interface DocumentedDialect {
  table: DialectTable;
  document: DialectDocument;
}

const SECURITY_SCHEMES = {
  token: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'The token of a login, or an API key, as `Authorization: Bearer`.',
  },
  apiKey: {
    type: 'apiKey',
    in: 'header',
    name: 'X-API-Key',
    description: 'An API key. Those that this server creates begin with `md_`; imported ones may not.',
  },
};

/**
 * An OpenAPI 3.1 document of a dialect, generated from its endpoints.
 * @param served the version of Polyphony, the path of the dialect (`.` is that of the document), and its announced end
 * @throws Error for an endpoint that is not described
 */
export function describeDialect(
  { table, document }: DocumentedDialect,
  { version, base, lifetime }: { version: string; base: string; lifetime: Lifetime | undefined },
) {
  const { name, endpoints, limits } = table;
  const components = createComponents();
  const failures = describeFailures(table, document, components);
  const isDeprecated = Boolean(lifetime?.deprecated);
  const setting = { document, components, failures, hasLimits: limits !== null, isDeprecated };
  const paths: Record<string, Record<string, object>> = {};
  for (const row of endpoints) {
    const text = document.operations[`${row.method} ${row.path}`];
    if (!text) throw new Error(`${name}: ${row.method} ${row.path} is not described`);
    paths[row.path] ??= {};
    paths[row.path]![row.method.toLowerCase()] = describeEndpoint(row, text, setting);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: TITLES[name],
      version,
      description: introduction(table, document, lifetime),
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: serversAt(base),
    tags: [...new Set(endpoints.map(({ path }) => nounOf(path)))].map((tag) => ({
      name: tag,
      description: TAGS[tag],
    })),
    paths,
    components: {
      schemas: components.schemas,
      responses: failures.responses,
      headers: headersIn({ paths, responses: failures.responses }),
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}

/** The first is correct unless a proxy adds to paths; then the second is, for tools that know the document's URL. */
function serversAt(base: string) {
  const relative = { url: '.', description: 'Where this document was read.' };
  return base === '.' ? [relative] : [{ url: base, description: 'This server.' }, relative];
}

/** The header components that are referred to. */
function headersIn(described: object): Partial<typeof HEADERS> {
  const text = JSON.stringify(described);
  const used = Object.entries(HEADERS).filter(([name]) => text.includes(`#/components/headers/${name}"`));
  return Object.fromEntries(used);
}

function introduction(
  { name, sockets }: DialectTable,
  document: DialectDocument,
  lifetime: Lifetime | undefined,
): string {
  const lines = [
    `The API of ${TITLES[name]}, served by Polyphony. For new programs use GraphQL: every operation names its equivalent there.`,
    ...endOf(lifetime),
    document.introduction,
    ...sockets.map(({ path }) => `WebSocket: \`${path}\``),
  ];
  return lines.join('\n\n');
}

function endOf(lifetime: Lifetime | undefined): string[] {
  const { deprecated = null, sunset = null } = lifetime ?? {};
  return [
    ...(deprecated ? [`Deprecated from ${dayOf(deprecated)}.`] : []),
    ...(sunset ? [`To be turned off on ${dayOf(sunset)}.`] : []),
  ];
}

const dayOf = (date: Date) => date.toISOString().slice(0, 10);
