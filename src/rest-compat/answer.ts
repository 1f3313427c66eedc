import type { IncomingMessage } from 'node:http';
import { DomainError } from '../errors.ts';
import type { Dialect } from '../vocabulary.ts';
import type { Endpoint, RequestParts } from './dialect.ts';
import { graphql, type PreparedDocument, prepareDocument } from './documents.ts';
import { faultOf, inputFault } from './faults.ts';
import type { ExecutionAnswer, SchemaAccess } from './schema-access.ts';

export interface PreparedEndpoint extends Endpoint, PreparedDocument {
  /** @returns the body of the answer. @throws DomainError, in the words of the endpoint's input. */
  answer(parts: RequestParts, request: IncomingMessage): Promise<unknown>;
}

/** @throws Error when its document is invalid */
export function prepareEndpoint(access: SchemaAccess, origin: Dialect, row: Endpoint): PreparedEndpoint {
  const prepared = prepareDocument(access.schema, row.document, `${origin} ${row.method} ${row.path}`);
  const account = prepareDocument(access.schema, ACCOUNT, 'the check of credentials');

  async function execute({ document }: PreparedDocument, variables: object, request: IncomingMessage) {
    const execution = { document, variables: { ...variables }, request, access: row.access, origin };
    return dataOf(await access.execute(execution));
  }

  return {
    ...row,
    ...prepared,
    async answer(parts, request) {
      const given = row.input.safeParse(parts);
      if (given.success) return row.respond(await execute(prepared, row.variables(given.data), request));
      if (row.access === 'account') await execute(account, {}, request);
      throw inputFault(given.error);
    },
  };
}

const ACCOUNT = graphql('query viewer { viewer { id } }');

/** REST has no half answers: one error is the answer. A root field that is null without one names nothing. */
function dataOf({ data, errors }: ExecutionAnswer): Record<string, unknown> {
  const error = errors?.[0];
  if (error) throw isOurFault(error.extensions.code) ? new Error(error.message) : faultOf(error);
  if (!data || Object.values(data).includes(null))
    throw new DomainError('NOT_FOUND', 'there is no such thing');
  return data;
}

/** The document is ours, and was validated: the client cannot have made it wrong. */
function isOurFault(code: unknown): boolean {
  return code === 'GRAPHQL_PARSE_FAILED' || code === 'GRAPHQL_VALIDATION_FAILED';
}
