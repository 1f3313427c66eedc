import { createClient } from 'graphql-ws';

export interface Answer {
  data?: Record<string, unknown> | null;
  errors?: { message: string }[];
}

export interface Sink {
  next(answer: Answer): void;
  error(error: unknown): void;
  complete(): void;
}

export interface Transport {
  ask(query: string, variables: Record<string, unknown>): Promise<Answer>;
  /** @returns what ends it. */
  subscribe(query: string, variables: Record<string, unknown>, sink: Sink): () => void;
}

/** The server that the page is told in its address. */
export const API = new URLSearchParams(location.search).get('api')!;

const RECONNECT_MS = 200;

/** Subscriptions that take `after` are resumed when their connection is lost. */
export function createTransport(token: string | null): Transport {
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  const socket = createClient({
    url: API.replace(/^http/, 'ws'),
    connectionParams: headers,
    retryAttempts: 0,
  });

  async function follow(
    query: string,
    given: Record<string, unknown>,
    sink: Sink,
    signal: AbortSignal,
  ): Promise<void> {
    const variables = { ...given };
    while (!signal.aborted) {
      const answers = socket.iterate<Record<string, unknown>>({ query, variables });
      signal.addEventListener('abort', () => void answers.return?.(undefined));
      try {
        for await (const answer of answers) {
          const [root] = Object.values(answer.data ?? {}) as { seq?: number; cursor?: string }[];
          variables.after = root?.cursor ?? root?.seq ?? variables.after;
          sink.next(answer as Answer);
        }
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
      }
    }
  }

  return {
    async ask(query, variables) {
      const response = await fetch(API, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, variables }),
      });
      return response.json();
    },
    subscribe(query, variables, sink) {
      const end = new AbortController();
      follow(query, variables, sink, end.signal).then(
        () => sink.complete(),
        (error) => sink.error(error),
      );
      return () => end.abort();
    },
  };
}
