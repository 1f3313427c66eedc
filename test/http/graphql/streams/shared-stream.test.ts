import { type ExecutionResult, GraphQLError } from 'graphql';
import { expect, test } from 'vitest';
import { createReservations } from '../../../../src/http/graphql/streams/reservations.ts';
import type { SharedStream } from '../../../../src/http/graphql/streams/shared-stream.ts';
import { createConcurrencyLimit } from '../../../../src/http/overload/concurrency.ts';

const viewer = { userId: 'ann', isAdmin: false, expiresAt: null };

function reserve() {
  const reservations = createReservations(createConcurrencyLimit(100), () => () => {});
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
