import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { DomainError, type ErrorCode } from '../../errors.ts';
import type { Dialect } from '../../vocabulary.ts';
import type { DialectTable } from '../definitions/dialect-table.ts';
import type { Endpoint } from '../definitions/endpoint.ts';
import { successorOf } from '../handling/successor.ts';

type JsonSchema = z.core.JSONSchema.JSONSchema;

/** As in their own documentation. */
export const TITLES = {
  themachine: 'TheMachine',
  'ai-task-orchestra': 'AI Task Orchestra',
  'mini-devin': 'Mini-Devin',
  amas: 'AMAS',
  orchestratex: 'OrchestrateX',
} satisfies Record<Dialect, string>;

/** An OpenAPI 3.1 document of a dialect, generated from its endpoints. @param version of Polyphony */
export function describeDialect(table: DialectTable, version: string) {
  const { name, endpoints } = table;
  const paths = Map.groupBy(endpoints, ({ path }) => path);
  return {
    openapi: '3.1.0',
    info: { title: TITLES[name], version, description: introduction(table) },
    // Relative to the document, so that it is correct under the mount, at a dialect's own port and behind a guests' base URL.
    servers: [{ url: '.' }],
    paths: Object.fromEntries([...paths].map(([path, rows]) => [path, describePath(table, rows)])),
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      },
    },
  };
}

function introduction({ name, sockets }: DialectTable): string {
  const lines = [
    `The API of ${TITLES[name]}, served by Polyphony. For new programs use GraphQL: every operation names its equivalent there.`,
    ...sockets.map(({ path }) => `WebSocket: \`${path}\``),
  ];
  return lines.join('\n\n');
}

function describePath(table: DialectTable, rows: readonly Endpoint[]) {
  return Object.fromEntries(rows.map((row) => [row.method.toLowerCase(), describeEndpoint(table, row)]));
}

function describeEndpoint(table: DialectTable, row: Endpoint) {
  const { params, query, body } = partsOf(row);
  const operation = successorOf(row);
  return {
    operationId: `${row.method.toLowerCase()}${row.path.replaceAll(/\W+(\w)?/g, (_, letter) => letter?.toUpperCase() ?? '')}`,
    tags: [nounOf(row.path)],
    summary: `in GraphQL: ${operation}`,
    ...(row.access === 'account' && { security: [{ token: [] }, { apiKey: [] }] }),
    parameters: [...describeParameters('path', params), ...describeParameters('query', query)],
    ...(body && { requestBody: { required: true, content: json(body) } }),
    responses: { [row.status]: describeSuccess(row), ...describeFailures(table, row) },
  };
}

/** `/api/v1/tasks/{task_id}` is about tasks. */
function nounOf(path: string): string {
  return path.replace(/^\/(api\/)?(v\d+\/)?/, '').split('/')[0] ?? '';
}

interface Parts {
  params?: JsonSchema;
  query?: JsonSchema;
  body?: JsonSchema;
}

/** The parts of a request before transformation. */
function partsOf({ input }: Endpoint): Parts {
  const { properties = {} } = z.toJSONSchema(input, {
    io: 'input',
    unrepresentable: 'any',
    reused: 'inline',
  });
  return properties as Parts;
}

function describeParameters(place: 'path' | 'query', schema: JsonSchema | undefined) {
  return Object.entries(schema?.properties ?? {}).map(([name, of]) => ({
    name,
    in: place,
    required: place === 'path' || (schema?.required ?? []).includes(name),
    schema: of,
  }));
}

function describeSuccess({ status, body, sends }: Endpoint) {
  const description = STATUS_CODES[status] ?? 'Success';
  if (sends) return { description, content: { '*/*': { schema: { type: 'string', format: 'binary' } } } };
  if (!body) return { description };
  return {
    description,
    content: json(z.toJSONSchema(body, { io: 'input', unrepresentable: 'any', reused: 'inline' })),
  };
}

const FAILURES = [
  'VALIDATION_ERROR',
  'UNAUTHENTICATED',
  'NOT_FOUND',
  'RATE_LIMITED',
  'INTERNAL_ERROR',
] as const satisfies ErrorCode[];

/** Each error in the format of the dialect; the parts common to all are described once. */
function describeFailures(table: DialectTable, row: Endpoint) {
  const failures = FAILURES.map((code) => {
    const error = new DomainError(code, 'what was wrong');
    return table.refuse(error, { at: new Date(0), about: row.about ?? null });
  });
  return Object.fromEntries(
    failures.map(({ status, body }) => [
      status,
      { description: STATUS_CODES[status], content: { 'application/json': { example: body } } },
    ]),
  );
}

function json(schema: JsonSchema) {
  const { $schema: _dialect, ...rest } = schema;
  return { 'application/json': { schema: rest } };
}
