import { expect, test } from 'vitest';
import { type AccountTurns, createAccountTurns } from '../../../src/rules/accounts/account-turns.ts';

/** Serves the account whose turn it is. */
function serve(turns: AccountTurns): string | null {
  const choice = turns.choose(16);
  if (!choice) return null;
  const accountId = choice.accountIds[0]!;
  turns.settle(choice, { accountId, isServed: true });
  return accountId;
}

function open(share: number, ...waiting: string[]): AccountTurns {
  const turns = createAccountTurns(share);
  for (const accountId of waiting) turns.add(accountId);
  return turns;
}

const order = (turns: AccountTurns, count: number) =>
  Array.from({ length: count }, () => {
    const accountId = serve(turns);
    if (accountId) turns.release(accountId);
    return accountId;
  }).join('');

test('accounts take turns', () => {
  expect(order(open(2, 'a', 'b', 'c'), 7)).toBe('abcabca');
});

test('one that holds nothing comes before all that hold something', () => {
  const turns = open(10, 'a', 'b');
  for (const expected of ['a', 'b', 'a']) expect(serve(turns)).toBe(expected);
  turns.add('c');
  expect(serve(turns)).toBe('c');
});

test('one that holds its share waits while others do; alone it takes all', () => {
  const turns = open(2, 'a');
  expect([serve(turns), serve(turns), serve(turns)]).toEqual(['a', 'a', 'a']);
  turns.add('b');
  expect([serve(turns), serve(turns)]).toEqual(['b', 'b']);
  turns.release('a');
  // Both hold their share now, and one of them has to be next.
  expect(serve(turns)).toBe('a');
});

test('choices made at the same time differ', () => {
  const turns = open(2, 'a', 'b');
  const choices = [turns.choose(16)!, turns.choose(16)!, turns.choose(16)!, turns.choose(16)!];
  expect(choices.map(({ accountIds }) => accountIds[0])).toEqual(['a', 'b', 'a', 'b']);
});

test('one that had nothing is forgotten, unless it has got something meanwhile', () => {
  const turns = open(2, 'a', 'b', 'c');
  const choice = turns.choose(16)!;
  turns.add('b');
  turns.settle(choice, { accountId: 'c', isServed: true });
  expect([turns.has('a'), turns.has('b'), turns.has('c')]).toEqual([false, true, true]);
  expect([turns.holds('a'), turns.holds('c'), turns.held()]).toEqual([0, 1, 1]);
});

test('one that has reached a limit of its own is forgotten, and holds nothing', () => {
  const turns = open(2, 'a', 'b');
  turns.settle(turns.choose(16)!, { accountId: 'a', isServed: false });
  expect([turns.has('a'), turns.holds('a')]).toEqual([false, 0]);
  expect(serve(turns)).toBe('b');
});

test('given a choice of which nothing is known, then all wait as before', () => {
  const turns = open(2, 'a');
  turns.undo(turns.choose(16)!);
  expect(turns.held()).toBe(0);
  expect(serve(turns)).toBe('a');
});

test('only one that holds nothing is chosen as idle', () => {
  const turns = open(2, 'a');
  serve(turns);
  expect(turns.chooseIdle()).toBeNull();
  turns.add('b');
  expect(turns.chooseIdle()!.accountIds).toEqual(['b']);
});
