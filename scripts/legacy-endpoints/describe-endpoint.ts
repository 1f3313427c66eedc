import { type DocumentNode, type GraphQLSchema, Kind, visit } from 'graphql';
import type { DialectTable } from '../../src/rest-compat/definitions/dialect-table.ts';
import type { DialectDocument } from '../../src/rest-compat/definitions/documentation.ts';
import type { Endpoint } from '../../src/rest-compat/definitions/endpoint.ts';
import type { RequestParts } from '../../src/rest-compat/definitions/terms.ts';
import { DOCUMENTED_DIALECTS } from '../../src/rest-compat/index.ts';
import { ANSWERED, MORE_REQUESTS, OVERRIDES, PLAIN } from './overrides.ts';
import { withValue } from './paths.ts';
import { responseRows } from './response-rows.ts';
import { type SampledData, sampleData } from './sample-data.ts';
import { sampleRequest } from './sample-request.ts';
import { traceRequests } from './trace-request.ts';
import { traceResponse } from './trace-response.ts';

/** What a client of an endpoint has to know to use GraphQL instead, found by executing its declaration on examples. */
export interface EndpointDescription {
  row: Endpoint;
  request: RequestParts;
  /** Of the documents, in the order in which they are executed. */
  variables: { before: object | null; main: object; wait: object | null };
  /** Variables by members of the request. */
  sent: ReadonlyMap<string, readonly string[]>;
  /** Where the members of the response come from; null: it has no JSON body. */
  answered: readonly (readonly [member: string, source: string])[] | null;
}

export function describeEndpoint(
  schema: GraphQLSchema,
  table: DialectTable,
  row: Endpoint,
): EndpointDescription {
  const request = sampleRequest(table, row, OVERRIDES);
  const asked = row.input.parse(request);
  const first = row.before?.variables(asked) ?? null;
  const known = row.before ? sampleData(schema, row.before.document, first ?? {}) : null;
  const variablesFor = (parts: unknown) => {
    const given = row.input.parse(parts);
    return {
      before: row.before?.variables(given) ?? null,
      main: row.variables(given, known ? unended(known) : {}),
    };
  };
  const { before, main } = variablesFor(request);
  const begun = sampleData(schema, row.document, main);
  // Without variables, so that it has the data of every mutation: variables decide which of them are executed.
  const ended = sampleData(schema, (row.wait ?? row).document, {});
  const deciding = decidingVariables(row.document);
  const sentFor = (parts: unknown) => {
    const sent = variablesFor(parts);
    const shown = Object.entries(sent.main).filter(([name]) => !deciding.has(name));
    return { ...sent, main: Object.fromEntries(shown) };
  };
  const endpoint = `${table.name} ${row.method} ${row.path}`;
  const requests = [request, ...moreRequests(table, row).map((parts) => ({ ...request, ...parts }))];
  return {
    row,
    request,
    variables: { before, main, wait: row.wait?.variables(begun.data) ?? null },
    sent: traceRequests(row, requests, sentFor),
    answered: row.sends || row.status === 204 ? null : responseRows(endpoint, traceAnswer()),
  };

  function traceAnswer() {
    const answered = { ...request, ...ANSWERED[endpoint] };
    return traceResponse(row, answered, ended, known, PLAIN.includes(endpoint));
  }
}

/** Variables of a document that only decide what is executed. */
function decidingVariables(document: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>();
  visit(document, {
    Directive: ({ arguments: given = [] }) => {
      for (const { value } of given) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return names;
}

/** The data that the first document reads before a change, as of a run that has not ended: only that can be changed. */
function unended({ data, leaves }: SampledData): unknown {
  const ends = leaves.filter(({ path }) => path.at(-1) === 'endedAt');
  return ends.reduce<unknown>((changed, { path }) => withValue(changed, path, null), data);
}

function moreRequests({ name }: DialectTable, { method, path }: Endpoint): Partial<RequestParts>[] {
  const endpoint = `${method} ${path}`;
  const { document } = DOCUMENTED_DIALECTS.find(({ table }) => table.name === name)!;
  const operations: DialectDocument['operations'] = document.operations;
  const body = operations[endpoint]?.request?.example;
  return [...(body ? [{ body }] : []), ...(MORE_REQUESTS[`${name} ${endpoint}`] ?? [])];
}
