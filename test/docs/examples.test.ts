import { type OperationDefinitionNode, parse } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Answer, type Client, data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { differences } from './differences.ts';
import { clientOf, fixtureFor, setUp } from './fixtures.ts';
import { type Example, examples, jsonLines, PAGES, type Page } from './pages.ts';
import { openWorld } from './world.ts';

const world = fixture(openWorld);

const WITH_QUERIES = PAGES.filter((page) => examples(page, 'graphql').length > 0);

/** Each page of the guide and each of the older APIs shows how to ask. */
test('pages with GraphQL examples: README and all of the guide', () => {
  const paths = WITH_QUERIES.map(({ path }) => path);
  const expected = PAGES.map(({ path }) => path).filter((path) => path.startsWith('docs/guide/'));
  expect(expected.length).toBeGreaterThan(10);
  expect(paths).toEqual(expect.arrayContaining(['README.md', ...expected]));
});

describe.each(WITH_QUERIES)('$path', (page) => {
  beforeAll(() => setUp(world, page.path));

  test.each(examples(page, 'graphql').map((example) => ({ line: example.block.line, example })))(
    'the GraphQL example in line $line is answered as the page shows',
    async ({ example }) => {
      const { operation, field, variables } = await prepare(page, example);
      const { client } = variables;
      if (operation === 'subscription') await expectStream(client, example, variables.values, field);
      else await expectAnswer(client, example, variables.values);
    },
  );
});

async function prepare(page: Page, { block }: Example) {
  const { definitions } = parse(block.text);
  expect(definitions, 'one operation in each block').toHaveLength(1);
  const [definition] = definitions as [OperationDefinitionNode];
  const [selection] = definition.selectionSet.selections;
  const field = selection?.kind === 'Field' ? selection.name.value : '';
  const values: Record<string, unknown> = {};
  for (const { variable, type } of definition.variableDefinitions ?? []) {
    // Optional ones are for clients that come back.
    if (type.kind === 'NonNullType')
      values[variable.name.value] = await fixtureFor(world, page.path, field, variable.name.value);
  }
  return {
    operation: definition.operation,
    field,
    variables: { values, client: await clientOf(world, field) },
  };
}

async function expectAnswer(client: Client, { block, answer }: Example, values: Record<string, unknown>) {
  const real = await client.query(block.text, values);
  const shown = answer && (JSON.parse(answer.text) as Answer);
  if (!shown?.errors) expect(real.errors, block.text).toBeUndefined();
  if (!shown) return;
  expect(answer?.language).toBe('json');
  expect(codesOf(real)).toEqual(codesOf(shown));
  expect(differences(shown.data, real.data)).toEqual([]);
  expect(differences(shown.errors ?? [], real.errors ?? [], 'errors')).toEqual([]);
}

const codesOf = ({ errors }: Answer) => errors?.map(({ extensions }) => extensions.code);

/** Feeds do not end by themselves. */
const FEEDS = ['activity', 'sessionEvents', 'taskChanges'];

async function expectStream(
  client: Client,
  { block, answer }: Example,
  values: Record<string, unknown>,
  field: string,
) {
  const real: unknown[] = [];
  for await (const payload of client.subscribe(block.text, values)) {
    real.push(data(payload)[field]);
    if (FEEDS.includes(field)) break;
  }
  expect(real.length).toBeGreaterThan(0);
  if (!answer) return;
  expect(answer.language).toBe('jsonl');
  const shown = jsonLines(answer);
  expect(shown.length).toBeGreaterThan(0);
  expect(missing(shown, real)).toEqual([]);
}

/** The shown events that did not come in this order and in this shape; a page may leave some out. */
function missing(shown: readonly unknown[], real: readonly unknown[]): string[] {
  const rest = [...real];
  return shown.flatMap((event) => {
    const index = rest.findIndex((each) => typeName(each) === typeName(event));
    if (index < 0) return [`${typeName(event)} did not come`];
    const [found] = rest.splice(0, index + 1).slice(-1);
    return differences(event, found, typeName(event));
  });
}

function typeName(event: unknown): string {
  return (event as { __typename?: string } | null)?.__typename ?? typeof event;
}

test('docs/guide/webhooks.md shows the message that a receiver gets', async () => {
  const page = PAGES.find(({ path }) => path === 'docs/guide/webhooks.md')!;
  const [shown] = page.blocks.filter(({ language }) => language === 'http');
  const [head, body] = shown!.text.split('\n\n');
  await fixtureFor(world, page.path, 'integration', 'integrationId');
  const message = world.messages.findLast((each) => each.body.includes('task.completed'))!;
  expect(differences(JSON.parse(body!), JSON.parse(message.body))).toEqual([]);
  const names = [...head!.matchAll(/^(webhook-[a-z]+):/gm)].map(([, name]) => name!);
  expect(names).toHaveLength(3);
  expect(Object.keys(message.headers)).toEqual(expect.arrayContaining(names));
});
