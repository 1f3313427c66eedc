import type { ExecutionResult } from 'graphql';
import { eventIdOf } from './event-id.ts';
import { printResult } from './printed-result.ts';

/** Some proxies close connections on which nothing is sent for 15 seconds. */
export const PING_MS = 12_000;

export const PING = Buffer.from(':\n\n');
/** An EventSource passes on no event without data. */
const COMPLETE = Buffer.from('event: complete\ndata:\n\n');

/**
 * Make proxies pass on streams as they arrive: nginx and others hold back what they may buffer (`X-Accel-Buffering`),
 * and some what they may compress (`no-transform`, RFC 9111 5.2.2.6).
 */
export const PASSED_ON_HEADERS = {
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

export const EVENT_STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  ...PASSED_ON_HEADERS,
};

/** Server-sent events as Yoga writes them, and with an `id` that an EventSource sends as `Last-Event-ID`. */
export function toEventStream(results: AsyncIterable<ExecutionResult>): ReadableStream<Uint8Array> {
  const iterator = results[Symbol.asyncIterator]();
  let pings: NodeJS.Timeout;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      // Some browsers wait for a first byte.
      controller.enqueue(PING);
      pings = setInterval(() => {
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(PING);
      }, PING_MS);
    },
    async pull(controller) {
      const { done, value } = await iterator.next().catch((error) => {
        clearInterval(pings);
        throw error;
      });
      if (!done) return controller.enqueue(toEvent(value));
      clearInterval(pings);
      controller.enqueue(COMPLETE);
      controller.close();
    },
    async cancel() {
      clearInterval(pings);
      await iterator.return?.();
    },
  });
}

function toEvent(result: ExecutionResult): Buffer {
  const id = eventIdOf(result);
  const head = `${id === null ? '' : `id: ${id}\n`}event: next\ndata: `;
  return Buffer.concat([Buffer.from(head), printResult(result), Buffer.from('\n\n')]);
}
