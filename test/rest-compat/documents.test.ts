import { describe, expect, test } from 'vitest';
import { graphql, prepareDocument } from '../../src/rest-compat/handling/documents.ts';
import { DIALECT_TABLES } from '../../src/rest-compat/index.ts';
import { schema } from '../../src/schema/index.ts';

const rows = Object.values(DIALECT_TABLES).flatMap(({ name, endpoints }) =>
  endpoints.flatMap((row) =>
    [row.before?.document, row.document, row.wait?.until, row.wait?.document]
      .filter((document) => document !== undefined)
      .map((document) => [`${name} ${row.method} ${row.path}`, document] as const),
  ),
);

describe('documents', () => {
  test.each(rows)('the document of %s is valid', (owner, document) => {
    expect(prepareDocument(schema, document, owner).operation).toMatch(/^(query|mutation|subscription) \w+/);
  });

  test('a field that the schema does not have is refused at boot, with the endpoint that asks for it', () => {
    const document = graphql('query health { health { status mood } }');
    expect(() => prepareDocument(schema, document, 'amas GET /mood')).toThrow(/amas GET \/mood.*"mood"/);
  });

  test('an endpoint has one operation', () => {
    const document = graphql('query a { health { status } } query b { health { status } }');
    expect(() => prepareDocument(schema, document, 'two')).toThrow('it has 2 operations, not one');
  });

  test('a fragment that is used twice is defined once', () => {
    const fragment = graphql('fragment Account on User { id email }');
    const source = 'query viewer { viewer { ...Account } again: viewer { ...Account } }';
    const document = graphql(source, [fragment, fragment]);
    expect(prepareDocument(schema, document, 'viewer').operation).toBe('query viewer');
  });
});
