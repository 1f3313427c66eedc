import type { IncomingMessage } from 'node:http';
import type { DocumentNode } from 'graphql';
import { DomainError } from '../../errors.ts';
import type { Dialect } from '../../vocabulary.ts';
import type { Endpoint } from '../definitions/endpoint.ts';
import type { FieldNames, RequestParts } from '../definitions/terms.ts';
import { domainErrorOf, inputError, renamed } from '../errors/from-graphql.ts';
import { graphql, type PreparedDocument, prepareDocument } from './documents.ts';
import { readPages } from './read-pages.ts';
import type { ExecutionAnswer, SchemaAccess } from './schema-access.ts';
import { successorOf } from './successor.ts';

export interface PreparedEndpoint extends Endpoint, PreparedDocument {
  /**
   * @param left aborted when the client is gone
   * @returns the response of the endpoint. @throws DomainError with the field names of the endpoint's input
   */
  answer(parts: RequestParts, request: IncomingMessage, left: AbortSignal): Promise<unknown>;
}

/** @throws Error when one of its documents is invalid */
export function prepareEndpoint(access: SchemaAccess, origin: Dialect, row: Endpoint): PreparedEndpoint {
  const prepare = (document: DocumentNode) =>
    prepareDocument(access.schema, document, `${origin} ${row.method} ${row.path}`);
  const execution = (document: DocumentNode, variables: object, request: IncomingMessage) => ({
    document,
    variables: { ...variables },
    request,
    access: row.access,
    origin,
    partOf: request,
  });
  const execute = async ({ steps }: PreparedDocument, variables: object, request: IncomingMessage) => {
    const data: Record<string, unknown> = {};
    for (const document of steps)
      Object.assign(data, dataOf(await access.execute(execution(document, variables, request)), row.names));
    return data;
  };

  const main = prepare(row.document);
  const account = prepare(ACCOUNT);
  const before = row.before && { ...row.before, ...prepare(row.before.document) };
  const wait = row.wait && { ...row.wait, until: prepare(row.wait.until), read: prepare(row.wait.document) };

  const fields = [main, before, wait?.until, wait?.read].flatMap((document) => document?.fields ?? []);

  /** @throws DomainError FORBIDDEN, UNAUTHENTICATED */
  async function requireScopes(request: IncomingMessage): Promise<void> {
    if (row.access === 'public') return;
    const refusal = (await access.visitor(request, origin)).refuse(fields);
    if (refusal) throw refusal;
  }

  async function given(parts: RequestParts, request: IncomingMessage): Promise<unknown> {
    const { data, error } = row.input.safeParse(parts);
    if (!error) return data;
    if (row.access === 'account') await execute(account, {}, request);
    throw inputError(error);
  }

  return {
    ...row,
    ...main,
    operation: successorOf(row),
    async answer(parts, request, left) {
      await requireScopes(request);
      const asked = await given(parts, request);
      const known = before ? await execute(before, before.variables(asked), request) : {};
      const read = (variables: object) => execute(main, variables, request);
      const variables = row.variables(asked, known);
      const data = row.paged ? await readPages(read, variables) : await read(variables);
      if (!wait) return row.respond(data, asked, known);
      const awaited = wait.variables(data);
      await exhaust(access.subscribe(execution(wait.until.document, awaited, request), left));
      return row.respond(await execute(wait.read, awaited, request), asked, known);
    },
  };
}

/** Waits for the end. However the wait ends, the state of the run is then the response. */
async function exhaust(answers: AsyncIterable<unknown>): Promise<void> {
  for await (const _answer of answers);
}

const ACCOUNT = graphql('query viewer { viewer { id } }');

/**
 * REST has no partial responses: one error fails the response. A root field that is null without an error
 * means not found.
 * @param names of fields, as in `renamed`
 */
export function dataOf({ data, errors }: ExecutionAnswer, names: FieldNames = {}): Record<string, unknown> {
  const error = errors?.[0];
  if (error)
    throw isInternal(error.extensions.code) ? new Error(error.message) : renamed(domainErrorOf(error), names);
  if (!data || Object.values(data).includes(null))
    throw new DomainError('NOT_FOUND', 'there is no such object');
  return data;
}

/** The document is ours, and was validated: the client cannot be the cause. */
function isInternal(code: unknown): boolean {
  return code === 'GRAPHQL_PARSE_FAILED' || code === 'GRAPHQL_VALIDATION_FAILED';
}
