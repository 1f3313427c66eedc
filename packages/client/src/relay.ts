import {
  type FetchFunction,
  type GraphQLResponse,
  Observable,
  type RequestParameters,
  type SubscribeFunction,
  type Variables,
} from 'relay-runtime';
import type { Sink, Stop } from './connection/transport.ts';
import type { Polyphony } from './polyphony.ts';

/** The first argument of Relay's `Network.create`. */
export function relayFetch(polyphony: Polyphony): FetchFunction {
  return (request, variables) =>
    observable((sink) => polyphony.answer({ query: textOf(request), variables }, sink));
}

/**
 * The second argument of Relay's `Network.create`. Subscriptions of fields with an argument `after` continue where they
 * were when the connection is lost.
 */
export function relaySubscribe(polyphony: Polyphony): SubscribeFunction {
  return (request: RequestParameters, variables: Variables) =>
    observable((sink) => polyphony.observe(textOf(request), variables, sink));
}

/** One of Relay's own: an environment calls more of it than `subscribe`. */
function observable(observe: (sink: Sink<object>) => Stop): Observable<GraphQLResponse> {
  return Observable.create((observer) =>
    observe({
      next: (payload) => observer.next(payload as GraphQLResponse),
      error: (error) => observer.error(error as Error),
      complete: () => observer.complete(),
    }),
  );
}

function textOf({ name, text }: RequestParameters): string {
  if (text) return text;
  throw new Error(`${name} has no text: persisted queries are not sent`);
}
