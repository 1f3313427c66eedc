import { expect, test } from 'vitest';
import { collectParameters, part, statement } from '../../../src/store/database/statement.ts';
import { appendSql, type Moved, movedSql } from '../../../src/store/log/append-sql.ts';

const find = statement(
  'find',
  { id: 'text', tools: 'text[]', priority: 'integer' },
  ($) =>
    `select from a where id = ${$.id} and (tools && ${$.tools} or ${$.id} = '') and priority > ${$.priority}`,
);

test('parameters are numbered once, with their types, and values follow in that order', () => {
  expect(find({ priority: 3, tools: ['a'], id: 'x' })).toEqual({
    name: 'find',
    text: `select from a where id = $1::text and (tools && $2::text[] or $1::text = '') and priority > $3::integer`,
    values: ['x', ['a'], 3],
  });
});

test('a parameter that is not used is refused before the first execution', () => {
  const types = { id: 'text', one: 'text', other: 'integer' } as const;
  const define = () => statement('find', types, ({ id }) => `select ${id}`);
  expect(define).toThrow('the statement find does not use: one, other');
});

test('of ten parameters, the first is not taken for the tenth', () => {
  const names = Array.from({ length: 10 }, (_, index) => [`p${index}`, 'text'] as const);
  const define = () => statement('ten', Object.fromEntries(names), ({ p9 }) => `select ${p9}`);
  expect(define).toThrow('p0, p1, p2, p3, p4, p5, p6, p7, p8');
});

test('parameters of statements that depend on what is asked are numbered as they are added', () => {
  const { parameter, values } = collectParameters();
  expect([parameter('a', 'text'), parameter([1, 2].map(String), 'text[]')]).toEqual([
    '$1::text',
    '$2::text[]',
  ]);
  expect(values).toEqual(['a', ['1', '2']]);
});

test('the compiler refuses values that are missing, superfluous or of another type', () => {
  const values = { id: 'x', tools: [], priority: 1 };
  // @ts-expect-error priority is missing
  find({ id: 'x', tools: [] });
  // @ts-expect-error there is no kind
  find({ id: 'x', tools: [], priority: 1, kind: 'a' });
  // @ts-expect-error nor in what is spread
  find({ ...values, kind: 'a' });
  // @ts-expect-error priority is a number
  find({ ...values, priority: '1' });
  // @ts-expect-error undefined would be null by accident
  find({ ...values, priority: undefined });
  // @ts-expect-error there is no name
  expect(() => statement('a', { id: 'text' }, ($) => `${$.id} ${$.name}`)).not.toThrow();
});

test('the compiler refuses SQL that reads a part without it, or columns that the part does not return', () => {
  const change = { where: 'true', events: '$1::jsonb' };
  const announce = (moved: Moved<'kind' | 'status'>) => appendSql(moved);
  announce(movedSql(change, ['status', 'kind', 'epoch']));
  announce(movedSql(change, ['*']));
  // @ts-expect-error status is not returned
  announce(movedSql(change, ['kind']));
  // @ts-expect-error written by hand
  expect(() => appendSql({ sql: 'moved as (…)', events: '$1' })).not.toThrow();
  // @ts-expect-error another part
  appendSql({ ...part('written', 'step', 'update step set key = key', ['*']), events: '$1' });
});
