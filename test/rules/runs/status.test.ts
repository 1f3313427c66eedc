import { describe, expect, test } from 'vitest';
import { canMove, statusesBefore } from '../../../src/rules/runs/status.ts';
import { RUN_STATUSES, type RunStatus } from '../../../src/vocabulary.ts';

const MOVES: Record<RunStatus, readonly RunStatus[]> = {
  pending: ['queued', 'completed', 'failed', 'cancelled'],
  queued: ['running', 'completed', 'failed', 'cancelled'],
  running: ['queued', 'waiting', 'completed', 'failed', 'cancelled'],
  waiting: ['queued', 'completed', 'failed', 'cancelled'],
  completed: [],
  failed: ['queued'],
  cancelled: [],
};

describe('status moves, every pair of them', () => {
  const pairs = RUN_STATUSES.flatMap((from) => RUN_STATUSES.map((to) => ({ from, to })));

  test.each(pairs.map((pair) => ({ ...pair, may: MOVES[pair.from].includes(pair.to) })))(
    'given $from, then $to: $may',
    ({ from, to, may }) => {
      expect(canMove(from, to)).toBe(may);
    },
  );
});

describe('the statuses before a move are the moves read backwards', () => {
  test.each(RUN_STATUSES)('to %s', (to) => {
    expect(statusesBefore(to)).toEqual(RUN_STATUSES.filter((from) => canMove(from, to)));
  });
});

test('from every status that is not finished, a run can still be cancelled, can fail and can be ended', () => {
  const open = ['pending', 'queued', 'running', 'waiting'];
  expect(statusesBefore('cancelled')).toEqual(open);
  expect(statusesBefore('failed')).toEqual(open);
  expect(statusesBefore('completed')).toEqual(open);
});
