import { createClient, NetworkError } from 'graphql-sse';
import { connectionLost, errorOf, PolyphonyError, type SentError } from '../error.ts';
import { errorOfResponse } from './http.ts';
import type { Tokens } from './tokens.ts';
import type { Transport } from './transport.ts';

/** The server sends a comment every 12 seconds; a stream that is silent for longer is lost. */
const SILENCE_MS = 30_000;

/** A request for each subscription. */
export function openServerSentEvents(url: string, tokens: Tokens, onConnected: () => void): Transport {
  const client = createClient({
    url,
    headers: () => tokens.headers(),
    retryAttempts: 0,
    on: { connected: onConnected },
    fetchFn: async (...parameters: Parameters<typeof fetch>) => watched(await fetch(...parameters)),
  });
  return {
    subscribe: (operation, { next, error, complete }) =>
      client.subscribe(
        { query: operation.query, variables: operation.variables },
        {
          next: next as never,
          complete,
          error: (failure) => void toError(failure).then(error),
        },
      ),
    close: () => client.dispose(),
  };
}

/**
 * A stream ends with a message that says so. One that ends without it, or has become silent, fails: graphql-sse may wait
 * forever for more after an end that comes together with the last message.
 */
function watched(response: Response): Response {
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
  if (!isStream || !response.body) return response;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const reader = response.body.getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      timer = setTimeout(() => void reader.cancel(), SILENCE_MS);
      try {
        const { done, value } = await reader.read();
        if (done) controller.error(new Error('the stream ended'));
        else controller.enqueue(value);
      } finally {
        clearTimeout(timer);
      }
    },
    cancel(reason) {
      clearTimeout(timer);
      return reader.cancel(reason);
    },
  });
  // A refusal is a stream too, with the error in it; graphql-sse reads no stream that is not a 200.
  return new Response(body, { headers: response.headers });
}

async function toError(failure: unknown): Promise<PolyphonyError> {
  if (Array.isArray(failure)) return errorOf(failure as SentError[]);
  if (failure instanceof PolyphonyError) return failure;
  const response = failure instanceof NetworkError ? (failure as { response?: Response }).response : null;
  return response instanceof Response ? errorOfResponse(response) : connectionLost(failure);
}
