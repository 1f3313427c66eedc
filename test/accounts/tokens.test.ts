import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTokens } from '../../src/resolvers/accounts/logins/tokens.ts';

const tokens = createTokens('a secret of the tests, long enough');

beforeEach(() => vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-01T00:00:00Z') }));
afterEach(() => {
  vi.useRealTimers();
});

test('a token is good until it expires, however often it was good before', async () => {
  const token = await tokens.sign('ann', 60);
  const issuedAt = new Date('2026-01-01T00:00:00Z');
  const credential = { userId: 'ann', loginId: null, keyHash: null, issuedAt };
  const expected = { credential, expiresAt: new Date('2026-01-01T00:01:00Z') };
  expect(await tokens.verify(token)).toEqual(expected);
  vi.setSystemTime('2026-01-01T00:00:59Z');
  expect(await tokens.verify(token)).toEqual(expected);
  vi.setSystemTime('2026-01-01T00:01:00Z');
  expect(await tokens.verify(token)).toBeNull();
});

test('a token of another secret, or an altered one, is none, however often it is tried', async () => {
  const foreign = await createTokens('another secret of the tests, long enough').sign('ann', 60);
  const own = await tokens.sign('ann', 60);
  await tokens.verify(own);
  for (const wrong of [foreign, foreign, `${own}x`, own.slice(0, -2), '', 'a.b.c']) {
    expect(await tokens.verify(wrong)).toBeNull();
  }
});
