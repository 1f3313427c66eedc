import {
  type DefinitionNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  print,
} from 'graphql';
import type { DialectTable } from '../../src/rest-compat/definitions/dialect-table.ts';
import { TITLES } from '../../src/rest-compat/openapi/describe-dialect.ts';
import { describeEndpoint, type EndpointDescription } from './describe-endpoint.ts';
import { WITHOUT_VARIABLE } from './overrides.ts';
import { code, list } from './response-rows.ts';

/**
 * Each endpoint of a dialect with a request, the GraphQL documents that replace it and the mapping of its members, as
 * Markdown. All of it is found from the declaration of the endpoint.
 */
export function endpointSections(schema: GraphQLSchema, table: DialectTable): string {
  const described = table.endpoints.map((row) => describeEndpoint(schema, table, row));
  const sections = described.map((each) => endpointSection(table, each));
  const sockets = table.sockets.map(({ path, document }) =>
    [`## WebSocket ${path}`, '', 'After:', '', gql(document)].join('\n'),
  );
  const fragments = fragmentsOf([
    ...described.flatMap(({ row }) => [row.document, row.before?.document, row.wait?.document]),
    ...table.sockets.map(({ document }) => document),
  ]);
  return [
    'Each request has every member that the endpoint takes, as far as they can be combined. The GraphQL documents are those that the endpoint itself executes, with the variables that it derives from the request; select fewer fields if you need fewer. Ids in variables are global: base64url of `Type:id`, such as `VGFzazpUQVNLX0lE` for the task `TASK_ID`.',
    '',
    'In the tables, `[]` means each item of a list. A JSON object is listed as a whole, or with the members that the API itself has. Where several fields are listed, the response has the first of them that has a value, a combination of them (such as a sum), or the one that the field after “depends on” selects. Values may be converted: global ids to plain ones, enum values to the words of the API, milliseconds to seconds. “(first)” marks a variable of the document under “After, first”; “selects from” means that the endpoint itself filters that list after the query.',
    ...[...sections, ...sockets, ...(fragments === '' ? [] : [fragments])].flatMap((section) => [
      '',
      section,
    ]),
  ].join('\n');
}

function endpointSection(table: DialectTable, description: EndpointDescription): string {
  const { row, variables } = description;
  const steps: [title: string, document: DocumentNode, variables: object | null][] = [];
  if (row.before) steps.push(['After, first:', row.before.document, variables.before]);
  steps.push([row.before ? 'Then:' : 'After:', row.document, variables.main]);
  if (row.wait) {
    steps.push(['Then, until the run ends:', row.wait.until, variables.wait]);
    steps.push(['At the end:', row.wait.document, variables.wait]);
  }
  const parts = [
    `## ${row.method} ${row.path}`,
    'Before:',
    requestBlock(table, description),
    ...steps.flatMap(([title, document, given]) => [title, gql(document), ...variablesBlock(given)]),
    ...mapping(table, description),
  ];
  return parts.join('\n\n');
}

function requestBlock({ name }: DialectTable, { row, request }: EndpointDescription): string {
  const path = row.path.replaceAll(/\{(\w+)\}/g, (_, param: string) =>
    encodeURIComponent(String((request.params as Record<string, string>)[param])),
  );
  const query = new URLSearchParams(request.query as Record<string, string>).toString();
  const lines = [`${row.method} /${name}${path}${query && `?${query}`}`];
  if (row.access === 'account') lines.push('Authorization: Bearer TOKEN');
  if (request.body !== undefined)
    lines.push('Content-Type: application/json', '', JSON.stringify(request.body, null, 2));
  return ['```http', ...lines, '```'].join('\n');
}

/** Marked `gql`: tests execute each `graphql` block of the docs alone, and these need the fragments of the page. */
function gql({ definitions }: DocumentNode): string {
  const operations = definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  return ['```gql', ...operations.map((node) => print(node)), '```'].join('\n');
}

function variablesBlock(variables: object | null): string[] {
  if (variables === null || Object.keys(variables).length === 0) return [];
  return [['```json', JSON.stringify(variables, null, 2), '```'].join('\n')];
}

function fragmentsOf(documents: readonly (DocumentNode | undefined)[]): string {
  const isFragment = (node: DefinitionNode): node is FragmentDefinitionNode =>
    node.kind === Kind.FRAGMENT_DEFINITION;
  const nodes = new Set(documents.flatMap((document) => document?.definitions.filter(isFragment) ?? []));
  if (nodes.size === 0) return '';
  const sorted = [...nodes].toSorted((one, other) => (one.name.value < other.name.value ? -1 : 1));
  const texts = new Set(sorted.map((node) => print(node)));
  return ['## Fragments', '', '```gql', [...texts].join('\n\n'), '```'].join('\n');
}

function mapping({ name }: DialectTable, { row, sent, answered }: EndpointDescription): string[] {
  const endpoint = `${name} ${row.method} ${row.path}`;
  const requests = [...sent].map(([member, variables]) => [
    member,
    list(variables.map(variableOf)) || reasonFor(`${endpoint} ${member}`),
  ]);
  const tables = [
    markdown(`request of ${TITLES[name]}`, 'variable', requests),
    markdown(`response of ${TITLES[name]}`, 'GraphQL', answered ?? []),
  ];
  const content = row.sends
    ? 'The response is the content of the file: `GET /artifacts/ID`, with the id of the artifact.'
    : '';
  return [...tables, content].filter((text) => text !== '');
}

/** The name of a variable, marked if it belongs to the document before the main one. */
function variableOf(variable: string): string {
  return variable.startsWith('before.') ? `${variable.slice(7)} (first)` : variable.replace(/^main\./, '');
}

function reasonFor(member: string): string {
  const reason = WITHOUT_VARIABLE[member];
  if (!reason)
    throw new Error(
      `no variable was found for ${member}; say why in WITHOUT_VARIABLE, or add a request with it to MORE_REQUESTS of scripts/legacy-endpoints/overrides.ts`,
    );
  return reason;
}

function markdown(left: string, right: string, rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  return [
    `| ${left} | ${right} |`,
    '| --- | --- |',
    ...rows.map(([member, source]) => `| ${member ? code(member) : 'the response'} | ${source} |`),
  ].join('\n');
}
