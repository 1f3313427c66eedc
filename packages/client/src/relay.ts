import type {
  FetchFunction,
  GraphQLResponse,
  Observable,
  RequestParameters,
  SubscribeFunction,
  Variables,
} from 'relay-runtime';
import type { Sink, Stop } from './connection/transport.ts';
import type { Polyphony } from './polyphony.ts';

type Observer = { next(value: GraphQLResponse): void; error(error: Error): void; complete(): void };

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

/** Relay takes any object with `subscribe` for an observable. */
function observable(observe: (sink: Sink<object>) => Stop): Observable<GraphQLResponse> {
  const source = {
    subscribe(observer: Observer) {
      const stop = observe({
        next: (payload) => observer.next(payload as GraphQLResponse),
        error: (error) => observer.error(error),
        complete: () => observer.complete(),
      });
      return { unsubscribe: stop, closed: false };
    },
  };
  return source as unknown as Observable<GraphQLResponse>;
}

function textOf({ name, text }: RequestParameters): string {
  if (text) return text;
  throw new Error(`${name} has no text: persisted queries are not sent`);
}
