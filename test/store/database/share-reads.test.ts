import { expect, test } from 'vitest';
import { shareReads } from '../../../src/store/database/share-reads.ts';

const begin = () => new Promise(setImmediate);

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
    await begin();
    await begin();
  };
  return { read, begun, end };
}

test('who asks while a reading is under way shares the next one, which begins after that', async () => {
  const { read, begun, end } = openReads();
  const first = read('a');
  await begin();
  const others = [read('a'), read('a')];
  await begin();
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
  await begin();
  expect(begun).toHaveLength(4);
});

test('who asks in the same turn of the event loop shares a reading', async () => {
  const { read, begun, end } = openReads();
  const all = [read('a'), Promise.resolve().then(() => read('a'))];
  await begin();
  await end(0);
  expect(await Promise.all(all)).toEqual(['reading 0', 'reading 0']);
  expect(begun).toHaveLength(1);
});

test('other questions have readings of their own', async () => {
  const { read, begun } = openReads();
  void read('a');
  void read('b');
  await begin();
  expect(begun.map(({ key }) => key)).toEqual(['a', 'b']);
});

test('a reading that fails is its own askers’ failure, and the next one begins', async () => {
  const { read, begun, end } = openReads();
  const first = read('a');
  await begin();
  const second = read('a');
  begun[0]!.end.reject(new Error('gone'));
  await expect(first).rejects.toThrow('gone');
  await begin();
  await end(1);
  expect(await second).toBe('reading 1');
});
