import { describe, expect, test } from 'vitest';
import { DIALECT_TABLES } from '../../src/rest-compat/index.ts';
import { DIALECTS } from '../../src/vocabulary.ts';
import { DOCUMENTED } from './audits/documented.ts';

describe.each(DIALECTS)('%s', (name) => {
  const rows = DIALECT_TABLES[name].endpoints.map(({ method, path }) => `${method} ${path}`);

  test('every documented endpoint has one row, and no row is undocumented', () => {
    expect(rows.toSorted()).toEqual(DOCUMENTED[name].toSorted());
  });
});

test('the documents have 77 endpoints', () => {
  expect(Object.values(DOCUMENTED).map((endpoints) => new Set(endpoints).size)).toEqual([27, 9, 16, 12, 13]);
});
