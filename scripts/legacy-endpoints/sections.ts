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
import type { Trace } from './trace.ts';

/**
 * Each endpoint of a dialect with a request, the GraphQL documents that replace it and the mapping of its members, as
 * Markdown. All of it is found from the declaration of the endpoint.
 */
export function endpointSections(schema: GraphQLSchema, table: DialectTable): string {
  const described = table.endpoints.map((row) => describeEndpoint(schema, table, row));
  const sections = described.map((each) => endpointSection(table, each));
  const sockets = table.sockets.map(({ path, document }) =>
    [`#### WebSocket ${path}`, '', 'After:', '', gql(document)].join('\n'),
  );
  const fragments = fragmentsOf([
    ...described.flatMap(({ row }) => [row.document, row.before?.document, row.wait?.document]),
    ...table.sockets.map(({ document }) => document),
  ]);
  return [
    '### Each endpoint, before and after',
    '',
    'Each request has every member that the endpoint takes, as far as they can be combined. The GraphQL documents are those that the endpoint itself executes, with the variables that it derives from the request; select fewer fields if you need fewer. For a member with —, no field was found: usually it is constant, or repeats the request. `[]` means each item of a list. Ids in variables are global: base64url of `Type:id`, such as `VGFzazpUQVNLX0lE` for the task `TASK_ID`.',
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
    `#### ${row.method} ${row.path}`,
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
  return ['#### Fragments', '', '```gql', [...texts].join('\n\n'), '```'].join('\n');
}

function mapping({ name }: DialectTable, { row, sent, answered }: EndpointDescription): string[] {
  const requests = [...sent].map(([member, variables]) => [member, [...variables].map(variableOf)] as const);
  const responses = (answered?.paths ?? []).map(
    (member) => [member || 'the response', sourcesOf(answered!.found, member)] as const,
  );
  const tables = [
    markdown(`request of ${TITLES[name]}`, 'variable', requests),
    markdown(`response of ${TITLES[name]}`, 'GraphQL', responses),
  ];
  const content = row.sends
    ? 'The response is the content of the file: `GET /artifacts/ID`, with the id of the artifact.'
    : '';
  return [...tables, content].filter((text) => text !== '');
}

/** Of the main document, or of the one before it. */
function variableOf(variable: string): string {
  return variable.startsWith('before.') ? `${variable.slice(7)} (first)` : variable.replace(/^main\./, '');
}

function sourcesOf(found: Trace, member: string): string[] {
  return [...(found.get(member) ?? [])];
}

function markdown(
  left: string,
  right: string,
  rows: readonly (readonly [string, readonly string[]])[],
): string {
  if (rows.length === 0) return '';
  const cell = (text: string) => `\`${text.replaceAll('|', '\\|')}\``;
  return [
    `| ${left} | ${right} |`,
    '| --- | --- |',
    ...rows.map(([member, others]) => `| ${cell(member)} | ${others.map(cell).join(', ') || '—'} |`),
  ].join('\n');
}
