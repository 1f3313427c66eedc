import { type Client, createClient } from 'graphql-ws';
import { connectionLost, errorOf, PolyphonyError, type SentError } from '../error.ts';
import type { Tokens } from './tokens.ts';
import type { Transport } from './transport.ts';

/** How often a quiet connection is checked, and how long the answer may take. */
const PING_MS = 15_000;
const PONG_MS = 10_000;
const ACKNOWLEDGEMENT_MS = 10_000;

/** All subscriptions share one socket, which is closed with the last of them. */
export function openWebSocket(url: string, tokens: Tokens, onConnected: () => void): Transport {
  let deadline: ReturnType<typeof setTimeout> | undefined;
  const client: Client = createClient({
    url: url.replace(/^http/, 'ws'),
    connectionParams: () => tokens.headers(),
    retryAttempts: 0,
    keepAlive: PING_MS,
    connectionAckWaitTimeout: ACKNOWLEDGEMENT_MS,
    on: {
      connected: onConnected,
      ping(isReceived) {
        if (!isReceived) deadline = setTimeout(() => client.terminate(), PONG_MS);
      },
      pong(isReceived) {
        if (isReceived) clearTimeout(deadline);
      },
      closed: () => clearTimeout(deadline),
      error: () => clearTimeout(deadline),
    },
  });
  return {
    subscribe: (operation, { next, error, complete }) =>
      client.subscribe(
        { query: operation.query, variables: operation.variables },
        { next: next as never, complete, error: (failure) => error(toError(failure)) },
      ),
    close() {
      clearTimeout(deadline);
      void client.dispose();
    },
  };
}

/** Close codes after which another attempt would end in the same way. */
const FINAL = {
  1009: 'PAYLOAD_TOO_LARGE',
  4400: 'VALIDATION_ERROR',
  4403: 'UNAUTHENTICATED',
} as const;

function toError(failure: unknown): PolyphonyError {
  if (Array.isArray(failure)) return errorOf(failure as SentError[]);
  if (failure instanceof PolyphonyError) return failure;
  const { code, reason } = failure as { code?: unknown; reason?: unknown };
  const final = FINAL[code as keyof typeof FINAL];
  if (final) return new PolyphonyError(final, String(reason || final), [], failure);
  return connectionLost(failure);
}
