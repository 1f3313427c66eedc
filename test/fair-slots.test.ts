import { expect, test } from 'vitest';
import { createTurns } from '../src/fair-slots.ts';

const never = new AbortController().signal;

/** Lets all that is ready go on. */
const settle = () => new Promise((done) => setImmediate(done));

function recorder(limits: { perAccount: number; total: number }) {
  const turns = createTurns(limits);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const ask = (account: string, name: string, signal = never) =>
    turns.take(account, { signal }).then((end) => {
      begun.push(name);
      ends.set(name, end);
    });
  return { ask, begun, end: (name: string) => ends.get(name)!() };
}

test('an account has its share, and the rest of it waits in order', async () => {
  const { ask, begun, end } = recorder({ perAccount: 2, total: 10 });
  for (const name of ['a1', 'a2', 'a3', 'a4']) void ask('a', name);
  await settle();
  expect(begun).toEqual(['a1', 'a2']);
  void ask('b', 'b1');
  await settle();
  expect(begun).toEqual(['a1', 'a2', 'b1']);
  end('a2');
  // Twice ends no other's turn.
  end('a2');
  await settle();
  expect(begun).toEqual(['a1', 'a2', 'b1', 'a3']);
});

test('accounts take turns when all slots are taken', async () => {
  const { ask, begun, end } = recorder({ perAccount: 3, total: 3 });
  for (const name of ['a1', 'a2', 'a3', 'a4', 'a5', 'a6']) void ask('a', name);
  void ask('b', 'b1');
  void ask('b', 'b2');
  void ask('c', 'c1');
  for (const name of ['a1', 'a2', 'a3', 'b1', 'c1']) {
    await settle();
    end(name);
  }
  await settle();
  expect(begun).toEqual(['a1', 'a2', 'a3', 'b1', 'c1', 'a4', 'b2', 'a5']);
});

test('what waits can be given up, and takes nobody’s turn', async () => {
  const { ask, begun, end } = recorder({ perAccount: 1, total: 1 });
  void ask('a', 'a1');
  const controller = new AbortController();
  const waiting = ask('a', 'a2', controller.signal);
  void ask('a', 'a3');
  controller.abort(new Error('cancelled'));
  await expect(waiting).rejects.toThrow('cancelled');
  await expect(ask('b', 'b1', AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
  end('a1');
  await settle();
  expect(begun).toEqual(['a1', 'a3']);
});
