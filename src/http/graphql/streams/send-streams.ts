import type { ExecutionResult } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { ErrorCode } from '../../../errors.ts';
import { statusOf } from '../../errors/to-reply.ts';
import type { Transport } from '../../requests/transport.ts';
import { acceptsEvents } from '../transport-of.ts';
import { EVENT_STREAM_HEADERS, toEventStream } from './event-stream.ts';
import { printResult } from './printed-result.ts';
import type { Results } from './shared-stream.ts';

/** Writes subscriptions over HTTP as server-sent events, which a browser's EventSource can resume by itself. */
export const sendStreams: Plugin<object, Transport> = {
  async onResultProcess({ result, resultProcessor, setResultProcessor, serverContext }) {
    const { resumption, operation, http } = serverContext;
    // Nothing that the client accepts.
    if (!resultProcessor || Array.isArray(result)) return;
    if (operation) {
      const answer = isExecuted(result) ? accept(operation) : refuse;
      return setResultProcessor(answer, JSON_TYPE);
    }
    if (isAsyncIterable(result)) {
      if (!resumption?.isOver) return setResultProcessor(toResponse, EVENT_STREAM);
      await result[Symbol.asyncIterator]().return?.();
      return setResultProcessor(nothingFollows, EVENT_STREAM);
    }
    const code = codeOf(result);
    // The run or session was deleted meanwhile.
    if (resumption && code === 'NOT_FOUND') return setResultProcessor(nothingFollows, EVENT_STREAM);
    // After an event with the error, an EventSource would ask again every few seconds.
    const isEventSource = http.method === 'GET' && acceptsEvents(http);
    if ((isEventSource && result.data === undefined) || (resumption && code === 'BAD_CURSOR'))
      setResultProcessor(refuse, JSON_TYPE);
  },
};

const EVENT_STREAM = 'text/event-stream';
const JSON_TYPE = 'application/json';

function codeOf({ errors }: ExecutionResult): ErrorCode | undefined {
  return errors?.[0]?.extensions.code as ErrorCode | undefined;
}

/** Whether the operation was valid: otherwise the request itself is refused. */
function isExecuted(result: Results): boolean {
  return isAsyncIterable(result) || 'data' in result || (result.errors ?? []).some(({ path }) => path);
}

function accept(operation: NonNullable<Transport['operation']>) {
  return (results: unknown): Response => {
    operation.carry(results);
    return new Response(null, { status: 202 });
  };
}

function refuse(given: unknown): Response {
  const result = given as ExecutionResult;
  const { http } = (result.errors?.[0]?.extensions ?? {}) as { http?: { headers?: Record<string, string> } };
  const headers = { ...http?.headers, 'content-type': `${JSON_TYPE}; charset=utf-8` };
  const status = statusOf(codeOf(result) ?? 'INTERNAL_ERROR');
  return new Response(Uint8Array.from(printResult(result)), { status, headers });
}

function toResponse(results: unknown): Response {
  const events = toEventStream(results as AsyncIterable<ExecutionResult>);
  return new Response(events, { headers: EVENT_STREAM_HEADERS });
}

const nothingFollows = (): Response => new Response(null, { status: 204 });
