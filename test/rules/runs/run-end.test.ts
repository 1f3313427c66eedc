import { expect, test } from 'vitest';
import { messageOf, type RunEnd, slackTextOf } from '../../../src/rules/runs/run-end.ts';

const failed: RunEnd = {
  runId: '1',
  kind: 'execution',
  status: 'failed',
  sessionId: 's',
  error: { code: 'STEP_FAILED', message: 'a < b & c' },
  cancelReason: null,
  cost: 0.1234567,
  costComplete: false,
  createdAt: '2026-11-21T20:00:00.123456+00:00',
  startedAt: '2026-11-21T20:00:01+00:00',
  endedAt: '2026-11-21T21:00:13.54+01:00',
};
const id = Buffer.from('Execution:1').toString('base64url');

test('a message has the words and ids of GraphQL', () => {
  expect(messageOf(failed)).toEqual({
    type: 'execution.failed',
    timestamp: '2026-11-21T20:00:13.540Z',
    data: {
      id,
      kind: 'EXECUTION',
      status: 'FAILED',
      sessionId: Buffer.from('Session:s').toString('base64url'),
      error: failed.error,
      cancelReason: null,
      cost: 0.1234567,
      costComplete: false,
      createdAt: '2026-11-21T20:00:00.123Z',
      startedAt: '2026-11-21T20:00:01.000Z',
      endedAt: '2026-11-21T20:00:13.540Z',
    },
  });
});

test.each<[string, Partial<RunEnd>, string]>([
  ['with what went wrong', {}, 'STEP_FAILED: a &lt; b &amp; c\n12.5 s · at least $0.123457'],
  ['without', { error: null, costComplete: true }, '12.5 s · $0.123457'],
  ['that never started', { error: null, startedAt: null, cost: 0 }, 'at least $0'],
])('Slack reads it in words: %s', (_what, more, lines) => {
  expect(slackTextOf({ ...failed, ...more })).toBe(`*Execution failed* \`${id}\`\n${lines}`);
});
