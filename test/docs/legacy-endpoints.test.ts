import {
  type DocumentNode,
  getVariableValues,
  Kind,
  NoUnusedFragmentsRule,
  type OperationDefinitionNode,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import type { DialectDocument } from '../../src/rest-compat/definitions/documentation.ts';
import { DOCUMENTED_DIALECTS } from '../../src/rest-compat/index.ts';
import { schema } from '../../src/schema/index.ts';
import { DIALECTS } from '../../src/vocabulary.ts';
import { DOCUMENTED } from '../rest-compat/audits/documented.ts';
import { PAGES } from './pages.ts';

interface Block {
  language: string;
  text: string;
}

const textOf = (path: string) => PAGES.find((page) => page.path === path)!.text;

/** The parts of a page by their headings. */
function partsOf(dialect: string): [heading: string, text: string][] {
  const parts = textOf(`docs/legacy/endpoints/${dialect}.md`).split(/^## /m).slice(1);
  return parts.map((part) => [part.slice(0, part.indexOf('\n')), part]);
}

function sectionsOf(dialect: string): Map<string, Block[]> {
  return new Map(
    partsOf(dialect).map(([heading, part]) => [
      heading,
      [...part.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, body]) => ({
        language: language!,
        text: body!,
      })),
    ]),
  );
}

/** The rows of a table, by their first cell. @param side of the endpoint */
function rowsOf(part: string, side: 'request' | 'response'): Map<string, string> {
  const table = part.split('\n\n').find((block) => block.startsWith(`| ${side} of `)) ?? '';
  const rows = [...table.matchAll(/^\| `?([^`|]+?)`? \| (.+) \|$/gm)].slice(2);
  return new Map(rows.map(([, member, source]) => [member!, source!]));
}

/** `tasks[].title`, of every value in an example. */
function membersOf(example: unknown, name = ''): string[] {
  if (Array.isArray(example)) return example.length > 0 ? membersOf(example[0], `${name}[]`) : [`${name}[]`];
  if (typeof example !== 'object' || example === null) return [name];
  return Object.entries(example).flatMap(([part, member]) =>
    membersOf(member, name === '' ? part : `${name}.${part}`),
  );
}

/** Whether rows say where a member comes from: itself, the object that it is in, or what is in it. */
function isListed(member: string, rows: ReadonlyMap<string, string>): boolean {
  const within = (name: string, whole: string) =>
    name === whole || name.startsWith(`${whole}.`) || name.startsWith(`${whole}[]`);
  const plain = member.replace(/\[\]$/, '');
  return [...rows.keys()].some((name) => within(member, name) || within(name, plain));
}

/** Members whose names are ids. */
const namedById = (member: string) => member.replace(/^agent_health\.[^.]+/, 'agent_health.AGENT_ID');

/** The fragments of the page are for all of its documents. */
const RULES = specifiedRules.filter((rule) => rule !== NoUnusedFragmentsRule);

describe.each(DIALECTS)('docs/legacy/endpoints/%s.md', (dialect) => {
  const sections = sectionsOf(dialect);
  const fragments = sections.get('Fragments')?.[0]?.text ?? '';

  test('each endpoint of its document is shown before and after', () => {
    for (const endpoint of DOCUMENTED[dialect]) {
      const languages = sections.get(endpoint)?.map(({ language }) => language);
      expect(languages, endpoint).toEqual(expect.arrayContaining(['http', 'gql']));
      const [before] = sections.get(endpoint)!;
      const [method] = endpoint.split(' ');
      expect(before!.text).toMatch(new RegExp(`^${method} /${dialect}/`));
    }
  });

  test('its documents are valid, and so are the variables that follow them', () => {
    let count = 0;
    for (const [heading, blocks] of sections) {
      if (heading === 'Fragments') continue;
      for (const [index, block] of blocks.entries()) {
        if (block.language !== 'gql') continue;
        const document = parse(`${block.text}\n${fragments}`);
        expect(validate(schema, document, RULES), heading).toEqual([]);
        const next = blocks[index + 1];
        const values = next?.language === 'json' ? JSON.parse(next.text) : {};
        if (!heading.startsWith('WebSocket')) expect(problemsOf(document, values), heading).toEqual([]);
        count += 1;
      }
    }
    expect(count).toBeGreaterThanOrEqual(DOCUMENTED[dialect].length);
  });

  test('every documented field has a source, and every member of a request a destination', () => {
    const { document } = DOCUMENTED_DIALECTS.find(({ table }) => table.name === dialect)!;
    const operations: DialectDocument['operations'] = document.operations;
    let count = 0;
    for (const [heading, part] of partsOf(dialect)) {
      expect(part, heading).not.toMatch(/\| — \|/);
      const { request, response } = operations[heading] ?? {};
      const answer = rowsOf(part, 'response');
      const prefix = [...answer.keys()].every((name) => name.startsWith('[]')) ? '[]' : '';
      const documented = response?.example ? membersOf(response.example, prefix).map(namedById) : [];
      expect(
        documented.filter((member) => !isListed(member, answer)),
        heading,
      ).toEqual([]);
      const sent = rowsOf(part, 'request');
      const given = request?.example ? membersOf(request.example, 'body') : [];
      expect(
        given.filter((member) => !isListed(member, sent)),
        heading,
      ).toEqual([]);
      count += documented.length;
    }
    expect(count).toBeGreaterThan(20);
  });

  test('the page about it has its deviations and its fields', () => {
    const text = textOf(`docs/legacy/${dialect}.md`);
    expect(text).toMatch(/^## Deviations$/m);
    expect(text).toMatch(/^## Fields$/m);
  });
});

describe('sources of fields', () => {
  const source = (dialect: string, heading: string, member: string) =>
    rowsOf(partsOf(dialect).find(([name]) => name === heading)![1], 'response').get(member);

  test('that depend on other fields', () => {
    const devin = 'GET /api/tasks/{task_id}';
    expect(source('mini-devin', devin, 'result.output')).toBe(
      '`task.result.output`; depends on `task.status`',
    );
    expect(source('mini-devin', devin, 'result.summary')).toBe(
      '`task.cancelReason`, `task.result.summary`, `task.result.output`, `task.error.message`; depends on `task.status`',
    );
    expect(source('mini-devin', 'GET /api/sessions/{session_id}', 'working_directory')).toBe(
      '`session.namedDirectory`, `session.workingDirectory`',
    );
    for (const [scope, query] of [
      ['session/{session_id}', 'sessionAnalytics'],
      ['user/{user_id}', 'userAnalytics'],
    ])
      for (const counted of ['completed_orchestrations', 'failed_orchestrations'])
        expect(source('orchestratex', `GET /api/analytics/${scope}`, counted)).toBe(
          `\`${query}.runs[].statuses[].count\`; depends on \`${query}.runs[].statuses[].status\`, \`${query}.runs[].kind\``,
        );
    expect(source('themachine', 'GET /api/v1/orchestration/workflows/{workflow_id}', 'steps[].task')).toBe(
      '`workflow.steps[].task`; depends on `workflow.steps[].template`',
    );
    expect(source('orchestratex', 'GET /api/models/{model_name}', 'name')).toBe(
      '`models.nodes[].aliases[]`, `models.nodes[].modelId`',
    );
    expect(source('themachine', 'GET /api/v1/tasks/{task_id}', 'error')).toBe(
      '`task.error.message`, `task.cancelReason`; depends on `task.status`',
    );
    expect(source('ai-task-orchestra', 'GET /api/v1/tasks/{task_id}', 'result.output')).toBe(
      '`task.result.output`; depends on `task.status`',
    );
  });

  test('that are JSON objects', () => {
    expect(source('amas', 'GET /api/v1/tasks/{task_id}', 'parameters')).toBe('`task.taskParameters`');
    expect(source('amas', 'GET /api/v1/tasks/{task_id}', 'result')).toBe('`task.result`');
  });

  test('that repeat the request', () => {
    expect(source('ai-task-orchestra', 'POST /api/v1/tasks', 'depends_on[]')).toBe(
      '`body.depends_on[]` of the request',
    );
    expect(source('orchestratex', 'GET /api/analytics/user/{user_id}', 'user_id')).toBe(
      '`params.user_id` of the request',
    );
  });

  test('that are constant: only the types of tokens', () => {
    const constants = DIALECTS.flatMap((dialect) =>
      partsOf(dialect).flatMap(([heading, part]) =>
        [...rowsOf(part, 'response')]
          .filter(([, from]) => from.startsWith('always '))
          .map(([member, from]) => `${heading} ${member} ${from}`),
      ),
    );
    expect(constants).toEqual([
      'POST /api/auth/login token_type always `"bearer"`',
      'POST /api/v1/auth/login token_type always `"bearer"`',
    ]);
  });
});

function problemsOf({ definitions }: DocumentNode, values: Record<string, unknown>): unknown {
  const operation = definitions.find(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  )!;
  const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], values);
  return errors ?? [];
}
