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
import { schema } from '../../src/schema/index.ts';
import { DIALECTS } from '../../src/vocabulary.ts';
import { DOCUMENTED } from '../rest-compat/audits/documented.ts';
import { PAGES } from './pages.ts';

interface Block {
  language: string;
  text: string;
}

/** The parts of a page by their headings. */
function sectionsOf(dialect: string): Map<string, Block[]> {
  const { text } = PAGES.find(({ path }) => path === `docs/legacy/${dialect}.md`)!;
  const parts = text.split(/^#### /m).slice(1);
  return new Map(
    parts.map((part) => [
      part.slice(0, part.indexOf('\n')),
      [...part.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, body]) => ({
        language: language!,
        text: body!,
      })),
    ]),
  );
}

/** The fragments of the page are for all of its documents. */
const RULES = specifiedRules.filter((rule) => rule !== NoUnusedFragmentsRule);

describe.each(DIALECTS)('docs/legacy/%s.md', (dialect) => {
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

  test('it has its deviations and its fields', () => {
    const { text } = PAGES.find(({ path }) => path === `docs/legacy/${dialect}.md`)!;
    expect(text).toMatch(/^## Deviations$/m);
    expect(text).toMatch(/^## Fields$/m);
  });
});

function problemsOf({ definitions }: DocumentNode, values: Record<string, unknown>): unknown {
  const operation = definitions.find(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  )!;
  const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], values);
  return errors ?? [];
}
