import { expect, test } from 'vitest';
import { readPages } from '../../src/rest-compat/handling/read-pages.ts';

/** Connections over numbers, and what was asked of them. */
function connections(lengths: Record<string, number>) {
  const asked: unknown[] = [];
  const read = async (variables: Record<string, unknown>) => {
    asked.push(variables);
    const { first, offset } = variables as { first: number; offset: number };
    const page = (length: number) => [...Array(length).keys()].slice(offset, offset + first);
    return Object.fromEntries(
      Object.entries(lengths).map(([name, length]) => [name, { nodes: page(length) }]),
    );
  };
  return { asked, read };
}

test.each([
  { given: 'one page is enough', first: 10, offset: 3, there: 500, pages: 1, expected: 10 },
  { given: 'the list is short', first: 1000, offset: 0, there: 42, pages: 1, expected: 42 },
  { given: 'it goes over several pages', first: 250, offset: 5, there: 500, pages: 3, expected: 250 },
  { given: 'it ends with a full page', first: 1000, offset: 0, there: 200, pages: 3, expected: 200 },
])('when $given, there are $expected in order', async ({ first, offset, there, pages, expected }) => {
  const { asked, read } = connections({ models: there });
  const { models } = await readPages(read, { first, offset, provider: 'X' });
  expect(models!.nodes).toEqual([...Array(expected).keys()].map((index) => index + offset));
  expect(asked).toHaveLength(pages);
  expect(asked[0]).toEqual({ first: Math.min(first, 100), offset, provider: 'X' });
});

test('several lists go on as long as the longest does', async () => {
  const { asked, read } = connections({ queued: 230, failed: 101, none: 0 });
  const lists = await readPages(read, { first: 1000, offset: 0 });
  const lengths = Object.entries(lists).map(([name, { nodes }]) => [name, new Set(nodes).size, nodes.length]);
  expect(lengths).toEqual([
    ['queued', 230, 230],
    ['failed', 101, 101],
    ['none', 0, 0],
  ]);
  expect(asked).toHaveLength(3);
});

test('where no further objects can be skipped, the error says how many fit', async () => {
  const { read } = connections({ tasks: 20_000 });
  expect((await readPages(read, { first: 200, offset: 9_900 })).tasks!.nodes).toHaveLength(200);
  await expect(readPages(read, { first: 1000, offset: 9_950 })).rejects.toMatchObject({
    code: 'VALIDATION_ERROR',
    message: 'offset: 9950 leaves at most 100 objects to list; send limit=100 or less',
  });
});
