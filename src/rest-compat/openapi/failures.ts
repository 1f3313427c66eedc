import { STATUS_CODES } from 'node:http';
import { DomainError, type ErrorCode } from '../../errors.ts';
import type { DialectTable } from '../definitions/dialect-table.ts';
import type { DialectDocument, OperationDocument } from '../definitions/documentation.ts';
import type { Endpoint } from '../definitions/endpoint.ts';
import { successorOf } from '../handling/successor.ts';
import type { Components, JsonSchema } from './schemas.ts';

/** What each code means to a client; the codes of one status share a response. */
const MEANINGS = {
  VALIDATION_ERROR: 'The request is invalid: `detail` names each field, and what it may contain.',
  UNAUTHENTICATED: 'The credentials are missing, expired or wrong.',
  WRONG_CREDENTIALS: 'The name or the password is wrong.',
  FORBIDDEN: 'The credentials do not permit this, or a quota of the account is used up.',
  NOT_FOUND: 'What the path or the body names does not exist, or belongs to another account.',
  CONFLICT: 'The state of the object does not permit this.',
  PAYLOAD_TOO_LARGE: 'The body has more than 5 MiB.',
  UNSUPPORTED_MEDIA_TYPE: 'The body is not JSON.',
  RATE_LIMITED: 'Too many requests: try again after the seconds in `Retry-After`.',
  INTERNAL_ERROR: 'An internal error; the log of the server has the details.',
  UNAVAILABLE: 'The server cannot answer at the moment, because its database or a resource is not available.',
} as const satisfies Partial<Record<ErrorCode, string>>;

type Described = keyof typeof MEANINGS;

export interface Failures {
  /** The response component of each status. */
  responses: Record<string, object>;
  /** References to those of an endpoint, by status. */
  of(row: Endpoint, document: OperationDocument): Record<string, JsonSchema>;
}

/** The error responses of a dialect: one for each status, with the body that the dialect documents. */
export function describeFailures(
  table: DialectTable,
  { error }: DialectDocument,
  components: Components,
): Failures {
  const answer = (code: ErrorCode) =>
    table.refuse(new DomainError(code, MEANINGS[code as Described]), { at: new Date(0), about: null });
  const schema = components.refer(error, { name: 'Error', example: answer('NOT_FOUND').body });
  const nameOf = (status: number) => (STATUS_CODES[status] ?? '').replaceAll(/\W/g, '');
  const responses: Record<string, object> = {};
  const byStatus = Map.groupBy(Object.keys(MEANINGS) as Described[], (code) => answer(code).status);
  for (const [status, codes] of byStatus) {
    responses[nameOf(status)] = {
      description: codes.map((code) => MEANINGS[code]).join(' '),
      headers: headersOf(status),
      content: { 'application/json': { schema, example: answer(codes[0]!).body } },
    };
  }
  return {
    responses,
    of: (row, document) =>
      Object.fromEntries(
        codesOf(row, document)
          .map((code) => answer(code).status)
          .toSorted((one, other) => one - other)
          .map((status) => [status, { $ref: `#/components/responses/${nameOf(status)}` }]),
      ),
  };
}

/** The codes that an endpoint of its kind may answer with. */
function codesOf(row: Endpoint, { errors = [] }: OperationDocument): ErrorCode[] {
  const isRead = successorOf(row).startsWith('query ');
  const takesBody = row.method !== 'GET';
  const names = row.path.includes('{') || takesBody;
  return [
    'VALIDATION_ERROR',
    ...(row.access === 'account' ? (['UNAUTHENTICATED'] as const) : []),
    'FORBIDDEN',
    ...(names ? (['NOT_FOUND'] as const) : []),
    ...(isRead ? [] : (['CONFLICT'] as const)),
    ...(takesBody ? (['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const) : []),
    'RATE_LIMITED',
    'INTERNAL_ERROR',
    'UNAVAILABLE',
    ...errors,
  ];
}

function headersOf(status: number) {
  return {
    Link: header('Link'),
    ...(status === 401 && { 'WWW-Authenticate': header('WWW-Authenticate') }),
    ...([429, 503].includes(status) && { 'Retry-After': header('Retry-After') }),
  };
}

/** Headers of responses, as components. */
export const HEADERS = {
  Link: text('Names the GraphQL operation that does the same, with `rel="successor-version"`.'),
  'WWW-Authenticate': text('`Bearer`.'),
  'Retry-After': number('Seconds after which a repeated request may succeed.'),
  'X-RateLimit-Limit': number('Requests that the window allows.'),
  'X-RateLimit-Remaining': number('Requests that are left in the window.'),
  'X-RateLimit-Reset': number('When the window ends, in seconds since 1970.'),
  'Content-Disposition': text('`attachment`, with the name of the file.'),
  ETag: text('Changes with the content; send it as `If-None-Match` to be answered with 304.'),
};

export function header(name: keyof typeof HEADERS) {
  return { $ref: `#/components/headers/${name}` };
}

function text(description: string) {
  return { description, schema: { type: 'string' } };
}

function number(description: string) {
  return { description, schema: { type: 'integer', minimum: 0 } };
}
