import type { GraphQLSchema } from 'graphql';
import type { DialectTable } from '../../src/rest-compat/definitions/dialect-table.ts';
import type { Endpoint } from '../../src/rest-compat/definitions/endpoint.ts';
import type { RequestParts } from '../../src/rest-compat/definitions/terms.ts';
import { OVERRIDES } from './overrides.ts';
import { type SampledData, sampleData } from './sample-data.ts';
import { sampleRequest, wordsOf } from './sample-request.ts';
import { nameOf, pathsIn, type Trace, trace, valueAt, withValue } from './trace.ts';

/** What a client of an endpoint has to know to use GraphQL instead, found by executing its declaration on examples. */
export interface EndpointDescription {
  row: Endpoint;
  request: RequestParts;
  /** Of the documents, in the order in which they are executed. */
  variables: { before: object | null; main: object; wait: object | null };
  /** Variables by members of the request. */
  sent: Trace;
  /** Members of the response by fields of the data; those that come from none are constants or from the request. */
  answered: { found: Trace; paths: readonly string[] } | null;
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
      main: row.variables(given, known?.data ?? {}),
    };
  };
  const { before, main } = variablesFor(request);
  const begun = sampleData(schema, row.document, main);
  const variables = { before, main, wait: row.wait?.variables(begun.data) ?? null };
  return {
    row,
    request,
    variables,
    sent: traceRequest(request, wordsOf(row.input), variablesFor),
    answered: row.sends || row.status === 204 ? null : traceResponse(schema, row, asked, begun, known),
  };
}

function traceRequest(
  request: RequestParts,
  words: readonly unknown[],
  variablesFor: (parts: unknown) => object,
): Trace {
  const changes = pathsIn(request).flatMap((path) =>
    [...othersOf(valueAt(request, path)), ...words].map((other) => ({
      path: nameOf(path),
      change: () => variablesFor(withValue(request, path, other)),
    })),
  );
  const { found } = trace(variablesFor(request), changes);
  const byMember: Trace = new Map();
  for (const [variable, members] of found)
    for (const member of members) byMember.set(member, (byMember.get(member) ?? new Set()).add(variable));
  return byMember;
}

/** Other values that a member of a request may have; undefined, the last one, removes it. */
function othersOf(value: unknown): unknown[] {
  if (typeof value === 'number') return [value + 1, undefined];
  if (typeof value === 'boolean') return [!value, undefined];
  if (typeof value !== 'string') return [{ other: 'value' }, undefined];
  const number = /^\d+$/.test(value) ? [String(Number(value) + 1)] : [];
  return [...number, `${value}x`, value === 'true' ? 'false' : 'true', undefined];
}

function traceResponse(
  schema: GraphQLSchema,
  row: Endpoint,
  asked: unknown,
  begun: SampledData,
  known: SampledData | null,
) {
  const main = row.wait ? sampleData(schema, row.wait.document, {}) : begun;
  const respond = (data: unknown, before: unknown) => row.respond(data, asked, before);
  const before = known?.data ?? {};
  // Some texts, such as enum values, are shown to clients as other words: trying all of those finds the mapping.
  const words = row.body ? wordsOf(row.body) : [];
  const changes = [
    ...changesOf(main, words, (data) => respond(data, before)),
    ...(known ? changesOf(known, words, (data) => respond(main.data, data)) : []),
  ];
  return trace(respond(main.data, before), changes);
}

function changesOf(
  { data, leaves }: SampledData,
  words: readonly unknown[],
  respond: (data: unknown) => unknown,
) {
  return leaves.flatMap(({ path, others }) =>
    [...others, ...(typeof others[0] === 'string' ? words : [])].map((other) => ({
      path: nameOf(path),
      change: () => respond(withValue(data, path, other)),
    })),
  );
}
