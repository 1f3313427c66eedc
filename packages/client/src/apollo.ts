import { ApolloLink, Observable } from '@apollo/client';
import { OperationTypeNode, print } from 'graphql';
import type { Polyphony } from './polyphony.ts';

/**
 * The last link of Apollo Client, for queries, mutations and subscriptions. Subscriptions of fields with an argument
 * `after` continue where they were when the connection is lost.
 */
export function polyphonyLink(polyphony: Polyphony): ApolloLink {
  return new ApolloLink(
    ({ query, variables, operationType }) =>
      new Observable<ApolloLink.Result>((observer) => {
        const sink = {
          next: (payload: object) => observer.next(payload as ApolloLink.Result),
          error: (error: unknown) => observer.error(error),
          complete: () => observer.complete(),
        };
        if (operationType === OperationTypeNode.SUBSCRIPTION)
          return polyphony.observe(query, variables, sink);
        return polyphony.answer({ query: print(query), variables }, sink);
      }),
  );
}
