import type { ExecutionResult } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { ErrorCode } from '../../../errors.ts';
import type { Transport } from '../../requests/transport.ts';
import { EVENT_STREAM_HEADERS, toEventStream } from './event-stream.ts';

/** Writes subscriptions over HTTP as server-sent events, which a browser's EventSource can resume by itself. */
export const sendStreams: Plugin<object, Transport> = {
  async onResultProcess({ result, resultProcessor, setResultProcessor, serverContext: { resumption } }) {
    // Nothing that the client accepts.
    if (!resultProcessor || Array.isArray(result)) return;
    if (isAsyncIterable(result)) {
      if (resumption?.isOver) {
        await result[Symbol.asyncIterator]().return?.();
        return setResultProcessor(nothingFollows, EVENT_STREAM);
      }
      const stream = (results: unknown) => toResponse(results as AsyncIterable<ExecutionResult>);
      return setResultProcessor(stream, EVENT_STREAM);
    }
    // The run or session was deleted meanwhile.
    if (resumption && codeOf(result) === 'NOT_FOUND') setResultProcessor(nothingFollows, EVENT_STREAM);
  },
};

const EVENT_STREAM = 'text/event-stream';

function toResponse(results: AsyncIterable<ExecutionResult>): Response {
  return new Response(toEventStream(results), { headers: EVENT_STREAM_HEADERS });
}

const nothingFollows = (): Response => new Response(null, { status: 204 });

function codeOf({ errors }: ExecutionResult): ErrorCode | undefined {
  return errors?.[0]?.extensions.code as ErrorCode | undefined;
}
