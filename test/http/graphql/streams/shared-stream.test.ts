import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { type ExecutionResult, GraphQLError } from 'graphql';
import { describe, expect, test } from 'vitest';
import { createReservations } from '../../../../src/http/graphql/streams/reservations.ts';
import type { SharedStream } from '../../../../src/http/graphql/streams/shared-stream.ts';
import { createConcurrencyLimit } from '../../../../src/http/overload/concurrency.ts';

const viewer = { userId: 'ann', isAdmin: false, expiresAt: null };

const create = () => createReservations(createConcurrencyLimit(100), () => () => {});

function reserve(reservations = create()) {
  const token = reservations.reserve(viewer);
  return { stream: reservations.find(token, 'ann'), open: () => reservations.open(token, 'ann') };
}

/** Results that never end by themselves. */
function endless() {
  let isReleased = false;
  const { promise, resolve } = Promise.withResolvers<IteratorResult<ExecutionResult>>();
  const results = {
    next: () => promise,
    async return() {
      isReleased = true;
      resolve({ done: true, value: undefined });
      return { done: true as const, value: undefined };
    },
    [Symbol.asyncIterator]: () => results,
  };
  return { results, isReleased: () => isReleased };
}

test.each<[string, (stream: SharedStream) => void]>([
  ['stopped', (stream) => stream.stop('a')],
  ['ended with its stream', (stream) => stream.end(new GraphQLError('over'))],
])('an operation that is %s before it has results releases its subscription', (_how, stop) => {
  const { stream } = reserve();
  const operation = stream.begin('a');
  stop(stream);
  const { results, isReleased } = endless();
  operation.carry(results);
  operation.release();
  expect(isReleased()).toBe(true);
});

describe('results that wait for the client', () => {
  const MB = 1024 * 1024;
  const ofSize = (bytes: number): ExecutionResult => ({ data: { text: 'x'.repeat(bytes) } });

  function send(stream: SharedStream, id: string, bytes: number): void {
    const operation = stream.begin(id);
    operation.carry(ofSize(bytes));
    operation.release();
  }

  async function isClosed({ open }: ReturnType<typeof reserve>): Promise<boolean> {
    await turn();
    try {
      open();
      return false;
    } catch {
      return true;
    }
  }

  /** The ids of the first operations that are complete. */
  function idsOf(events: Readable, count: number): Promise<string[]> {
    const ids: string[] = [];
    return new Promise((resolve) => {
      events.on('data', function read(event: Buffer) {
        const [, id] = /^event: complete\ndata: \{"id":"(\w+)"/.exec(event.toString('utf8', 0, 100)) ?? [];
        if (id !== undefined) ids.push(id);
        if (ids.length < count) return;
        events.off('data', read);
        resolve(ids);
      });
    });
  }

  test('close a stream that is not opened when they exceed 32 MB', async () => {
    const [small, large] = [reserve(), reserve()];
    for (let index = 0; index < 3; index += 1) send(small.stream, `o${index}`, 10 * MB);
    for (let index = 0; index < 4; index += 1) send(large.stream, `o${index}`, 10 * MB);
    expect(await isClosed(large)).toBe(true);
    expect(await isClosed(small)).toBe(false);
  });

  test('close a stream that is not read when they exceed 32 MB', async () => {
    const { stream, open } = reserve();
    const events = open();
    for (let index = 0; index < 5; index += 1) send(stream, `o${index}`, 10 * MB);
    await once(events, 'close');
  });

  test('close the largest streams when those of all exceed 64 MB', async () => {
    const reservations = create();
    const streams = [20, 30, 10, 5].map((megabytes) => {
      const reserved = reserve(reservations);
      send(reserved.stream, 'a', megabytes * MB);
      return reserved;
    });
    const closed = [];
    for (const stream of streams) closed.push(await isClosed(stream));
    expect(closed).toEqual([false, true, false, false]);
  });

  test('are dropped with their operations, and the others are sent', async () => {
    const { stream, open } = reserve();
    send(stream, 'kept', 1);
    for (let left = 10; left > 0; left -= 1) {
      send(stream, 'stopped', 5 * MB);
      stream.stop('stopped');
    }
    send(stream, 'last', 5 * MB);
    await turn();
    expect((await idsOf(open(), 2)).sort()).toEqual(['kept', 'last']);
  });

  test('no longer count once they are read', async () => {
    const { stream, open } = reserve();
    const events = open();
    for (let index = 0; index < 10; index += 1) {
      send(stream, `o${index}`, 5 * MB);
      expect(await idsOf(events, 1)).toEqual([`o${index}`]);
    }
  });
});
