import { type Exchange, subscriptionExchange } from '@urql/core';
import type { Polyphony } from './polyphony.ts';

/**
 * The last exchange of urql, in place of `fetchExchange` and `subscriptionExchange`. Subscriptions of fields with an
 * argument `after` continue where they were when the connection is lost.
 */
export function polyphonyExchange(polyphony: Polyphony): Exchange {
  return subscriptionExchange({
    enableAllOperations: true,
    forwardSubscription: ({ query = '', variables }, { kind }) => ({
      subscribe(observer) {
        const sink = {
          next: (payload: object) => observer.next(payload),
          error: (error: unknown) => observer.error(error),
          complete: () => observer.complete(),
        };
        const given = (variables ?? {}) as Record<string, unknown>;
        const unsubscribe =
          kind === 'subscription'
            ? polyphony.observe(query, given, sink)
            : polyphony.answer({ query, variables: given }, sink);
        return { unsubscribe };
      },
    }),
  });
}
