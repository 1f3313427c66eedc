import { describe, expect, test } from 'vitest';
import { type PastCall, readTrackRecord } from '../../../src/rules/models/track-record.ts';

/** A call that ended so many seconds ago, after a second. */
const call = (agoSeconds: number, given: Partial<PastCall> = {}): PastCall => ({
  status: 'completed',
  errorCode: null,
  ageMs: agoSeconds * 1000 + 1000,
  latencyMs: 1000,
  timeToFirstTokenMs: 100,
  ...given,
});
const failed = (agoSeconds: number, errorCode = 'PROVIDER_UNAVAILABLE') =>
  call(agoSeconds, { status: 'failed', errorCode, timeToFirstTokenMs: null });
const failures = (count: number, agoSeconds: number) =>
  Array.from({ length: count }, (_, index) => failed(agoSeconds + index));
const started = (agoSeconds: number) => call(agoSeconds, { status: 'started', latencyMs: null });

describe('counts', () => {
  test.each([
    { given: 'nothing', calls: [], expected: { successes: 0, failures: 0, firstTokenMs: null } },
    { given: 'answers', calls: [call(1), call(2)], expected: { successes: 2, failures: 0 } },
    { given: 'failures of the provider', calls: [failed(1)], expected: { successes: 0, failures: 1 } },
    { given: 'a refused key', calls: [failed(1, 'PROVIDER_AUTH')], expected: { failures: 1 } },
    {
      given: 'failures of the request',
      calls: [failed(1, 'CONTEXT_TOO_LONG'), failed(2, 'PROVIDER_BAD_REQUEST')],
      expected: { successes: 2, failures: 0 },
    },
    {
      given: 'cancelled, open and lost calls',
      calls: [call(1, { status: 'cancelled' }), started(1), failed(1, 'INTERNAL_ERROR')],
      expected: { successes: 0, failures: 0 },
    },
  ])('$given', ({ calls, expected }) => {
    expect(readTrackRecord(calls)).toMatchObject(expected);
  });

  test('the wait for the first token is the median of those that are known', () => {
    const waits = [900, null, 100, 300].map((timeToFirstTokenMs) => call(1, { timeToFirstTokenMs }));
    expect(readTrackRecord(waits).firstTokenMs).toBe(300);
  });
});

describe('the circuit', () => {
  test.each([
    { given: 'no calls', calls: [], circuit: 'closed' },
    { given: 'four failures in a row', calls: [...failures(4, 0), call(9)], circuit: 'closed' },
    { given: 'five', calls: [...failures(5, 0), call(9)], circuit: 'open' },
    { given: 'five, and then an answer', calls: [call(0), ...failures(5, 1)], circuit: 'closed' },
    {
      given: 'five that no waiting mends',
      calls: Array(5).fill(failed(0, 'PROVIDER_AUTH')),
      circuit: 'closed',
    },
    {
      given: 'cancelled ones between them',
      calls: [call(0, { status: 'cancelled' }), ...failures(5, 1)],
      circuit: 'open',
    },
    {
      given: 'a refused request between them',
      calls: [...failures(3, 0), failed(4, 'CONTEXT_TOO_LONG'), ...failures(3, 5)],
      circuit: 'closed',
    },
    { given: 'the last one 29 s ago', calls: failures(5, 29), circuit: 'open' },
    { given: 'the last one 31 s ago', calls: failures(5, 31), circuit: 'half_open' },
    { given: 'and a call that tries it', calls: [started(0), ...failures(5, 31)], circuit: 'open' },
    { given: 'and one that was lost', calls: [started(130), ...failures(5, 131)], circuit: 'half_open' },
    { given: 'and the trial failed, too', calls: [failed(0), ...failures(5, 31)], circuit: 'open' },
    { given: 'and the trial went well', calls: [call(0), ...failures(5, 31)], circuit: 'closed' },
  ] as const)('$given: $circuit', ({ calls, circuit }) => {
    expect(readTrackRecord(calls as readonly PastCall[]).circuit).toBe(circuit);
  });
});
