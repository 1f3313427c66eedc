import { expect, test } from 'vitest';
import { shareReads } from '../../src/store/share-reads.ts';

/** Readings that end when they are told to; each tells its number. */
function openReads() {
  const begun: { key: string; end: PromiseWithResolvers<string> }[] = [];
  const read = shareReads((key: string) => {
    const end = Promise.withResolvers<string>();
    begun.push({ key, end });
    return end.promise;
  });
  const end = async (index: number) => {
    begun[index]!.end.resolve(`reading ${index}`);
    await new Promise(setImmediate);
  };
  return { read, begun, end };
}

test('who asks while a reading is under way shares the next one, which begins after that', async () => {
  const { read, begun, end } = openReads();
  const first = read('a');
  const others = [read('a'), read('a')];
  expect(begun).toHaveLength(1);
  await end(0);
  expect(await first).toBe('reading 0');
  expect(begun).toHaveLength(2);
  const late = read('a');
  await end(1);
  expect(await Promise.all(others)).toEqual(['reading 1', 'reading 1']);
  await end(2);
  expect(await late).toBe('reading 2');
  void read('a');
  expect(begun).toHaveLength(4);
});

test('other questions have readings of their own', () => {
  const { read, begun } = openReads();
  void read('a');
  void read('b');
  expect(begun.map(({ key }) => key)).toEqual(['a', 'b']);
});

test('a reading that fails is its own askers’ failure, and the next one begins', async () => {
  const { read, begun, end } = openReads();
  const first = read('a');
  const second = read('a');
  begun[0]!.end.reject(new Error('gone'));
  await expect(first).rejects.toThrow('gone');
  await end(1);
  expect(await second).toBe('reading 1');
});
