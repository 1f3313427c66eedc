import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { type Next, type Notifications, repeat } from '../../src/jobs/repeat.ts';
import { createLog } from '../../src/log.ts';

/** A loop that waits for a notification for an hour, and does what `acts` say, one after the other. */
function start(acts: (() => Next)[]) {
  const until: Notifications = new EventEmitter();
  const stopping = new AbortController();
  const waiting = [...acts];
  const loop = repeat(
    {
      signal: stopping.signal,
      log: createLog('silent'),
      pauseMs: 5,
      idle: { until, mostMs: 3_600_000 },
      failure: 'failed',
    },
    async () => waiting.shift()?.() ?? 'idle',
  );
  return {
    until,
    left: () => waiting.length,
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}

test('it acts again at once or after a pause, and also after an error', async () => {
  const fail = () => {
    throw new Error('x');
  };
  const { left, stop } = start([() => 'at-once', () => 'after-pause', fail, () => 'idle']);
  await expect.poll(left).toBe(0);
  await stop();
});

test('given nothing to do, then it acts when it is notified', async () => {
  const { until, left, stop } = start([() => 'idle', () => 'idle']);
  await expect.poll(left).toBe(1);
  until.emit('ticket');
  await expect.poll(left).toBe(0);
  await stop();
});

test('a notification while it acts is not missed', async () => {
  const { until, left, stop } = start([
    () => {
      until.emit('ticket');
      return 'idle';
    },
    () => 'idle',
  ]);
  await expect.poll(left).toBe(0);
  await stop();
});

test('when it is stopped, then it ends without waiting, and listens no longer', async () => {
  const { until, left, stop } = start([() => 'idle']);
  await expect.poll(left).toBe(0);
  expect(until.listenerCount('ticket')).toBe(1);
  await stop();
  expect(until.listenerCount('ticket')).toBe(0);
});
