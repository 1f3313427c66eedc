import { type DocumentNode, print } from 'graphql';
import { post } from './connection/http.ts';
import type { Tokens } from './connection/tokens.ts';
import type { Operation, Payload, Sink, Stop } from './connection/transport.ts';
import { errorOf } from './error.ts';
import type { Request } from './follow/subscribe.ts';

interface Requests {
  /** @throws PolyphonyError for any error in the answer */
  request: Request;
  answer(operation: Operation, sink: Sink<Payload>): Stop;
}

/** Queries and mutations over HTTP. One that is refused for its token was not executed, and is sent with another. */
export function createRequests(url: string, tokens: Tokens): Requests {
  async function execute(operation: Operation, signal?: AbortSignal): Promise<Payload> {
    const { generation } = tokens;
    const answer = await post(url, operation, await tokens.headers(), signal);
    const isRefused = answer.errors?.[0]?.extensions?.code === 'UNAUTHENTICATED';
    if (!isRefused || !(await tokens.renew(generation))) return answer;
    return post(url, operation, await tokens.headers(), signal);
  }
  return {
    async request(document, variables, { signal } = {}) {
      const query = textOf(document);
      const { data, errors } = await execute({ query, variables }, signal);
      if (errors || !data) throw errorOf(errors ?? []);
      return data as never;
    },
    answer(operation, sink) {
      const controller = new AbortController();
      const { signal } = controller;
      execute(operation, signal).then(
        (payload) => {
          if (signal.aborted) return;
          sink.next(payload);
          sink.complete();
        },
        (error) => {
          if (!signal.aborted) sink.error(error);
        },
      );
      return () => controller.abort();
    },
  };
}

/** A query or mutation as it is sent. */
export function textOf(document: string | DocumentNode): string {
  return typeof document === 'string' ? document : print(document);
}
