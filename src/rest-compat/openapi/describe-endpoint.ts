import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import type { BodyDocument, DialectDocument, OperationDocument } from '../definitions/documentation.ts';
import type { Endpoint } from '../definitions/endpoint.ts';
import { successorOf } from '../handling/successor.ts';
import { type Failures, header } from './failures.ts';
import { type Components, type JsonSchema, limited, toJsonSchema } from './schemas.ts';

interface Setting {
  document: DialectDocument;
  components: Components;
  failures: Failures;
  /** It sends `X-RateLimit-*`. */
  hasLimits: boolean;
  isDeprecated: boolean;
}

/** @throws Error when its document lacks the name of a schema */
export function describeEndpoint(row: Endpoint, text: OperationDocument, setting: Setting) {
  const { document, failures, isDeprecated } = setting;
  const { params, query, body } = partsOf(row);
  return {
    operationId: `${row.method.toLowerCase()}${row.path.replaceAll(/\W+(\w)?/g, (_, letter) => letter?.toUpperCase() ?? '')}`,
    tags: [nounOf(row.path)],
    summary: text.summary,
    ...(isDeprecated && { deprecated: true }),
    description: `${text.description}\n\nIn GraphQL: \`${successorOf(row)}\`.`.trim(),
    security: row.access === 'account' ? document.credentials.map((scheme) => ({ [scheme]: [] })) : [],
    parameters: [
      ...describeParameters('path', params, {}),
      ...describeParameters('query', query, text.query ?? {}),
    ],
    ...(body && { requestBody: describeBody(row, body, text.request, setting) }),
    responses: {
      [row.status]: describeSuccess(row, text, setting),
      ...(row.sends && {
        304: { description: 'The client has the content: its `If-None-Match` is current.' },
      }),
      ...failures.of(row, text),
    },
  };
}

/** `/api/v1/tasks/{task_id}` is about tasks. */
export function nounOf(path: string): string {
  return path.replace(/^\/(api\/)?(v\d+\/)?/, '').split('/')[0] ?? '';
}

type Parts = Partial<Record<'params' | 'query' | 'body', z.ZodType>>;

/** The parts of a request that the endpoint selects from. @throws Error when it selects otherwise */
function partsOf({ input, path }: Endpoint): Parts {
  if (!(input instanceof z.ZodObject)) throw new Error(`${path}: its input has no parts`);
  return input.shape as Parts;
}

function describeParameters(
  place: 'path' | 'query',
  shape: z.ZodType | undefined,
  fields: NonNullable<OperationDocument['query']>,
) {
  const { properties = {}, required = [] } = shape ? limited(toJsonSchema(shape), fields) : {};
  return Object.entries(properties).map(([name, of]) => {
    const { description, ...schema } = of as JsonSchema;
    return {
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      description: description ?? meaningOf(name),
      schema: place === 'path' ? { ...schema, minLength: 1 } : schema,
    };
  });
}

/** `task_id` is the id of a task. */
function meaningOf(name: string): string {
  const [, noun, what] = /^(\w+)_(id|name)$/.exec(name) ?? [];
  if (noun) return `The ${what} of the ${noun}.`;
  if (name.startsWith('is_')) return `Only those of which this is true, or false.`;
  return `Only those with this ${name}.`;
}

function describeBody(
  row: Endpoint,
  shape: z.ZodType,
  text: BodyDocument | undefined,
  { components }: Setting,
) {
  const schema = components.refer(shape, named(row, text));
  return { required: true, content: { 'application/json': { schema } } };
}

function describeSuccess(row: Endpoint, text: OperationDocument, { components, hasLimits }: Setting) {
  const headers = {
    Link: header('Link'),
    ...(hasLimits && {
      'X-RateLimit-Limit': header('X-RateLimit-Limit'),
      'X-RateLimit-Remaining': header('X-RateLimit-Remaining'),
      'X-RateLimit-Reset': header('X-RateLimit-Reset'),
    }),
  };
  const description = STATUS_CODES[row.status] ?? 'Success';
  if (row.sends) {
    const downloads = { 'Content-Disposition': header('Content-Disposition'), ETag: header('ETag') };
    const file = { schema: { type: 'string', format: 'binary' } };
    const content = Object.fromEntries((text.downloads ?? []).map((type) => [type, file]));
    return { description: 'The content of the file.', headers: { ...headers, ...downloads }, content };
  }
  if (!row.body) return { description, headers };
  const named_ = named(row, text.response);
  const { body } = row;
  const schema =
    body instanceof z.ZodArray
      ? { type: 'array', items: components.refer(body.element as z.ZodType, named_) }
      : components.refer(body, named_);
  return { description, headers, content: { 'application/json': { schema } } };
}

function named({ method, path }: Endpoint, text: BodyDocument | undefined): BodyDocument {
  if (!text) throw new Error(`${method} ${path}: a schema has no name`);
  return text;
}
