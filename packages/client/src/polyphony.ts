import type { DocumentNode } from 'graphql';
import { chooseTransport, type TransportName } from './connection/choose-transport.ts';
import { iterate } from './connection/iterate.ts';
import { resumptionOf } from './connection/resumption.ts';
import { createSubscriptions } from './connection/subscriptions.ts';
import { type Credentials, createTokens } from './connection/tokens.ts';
import type { Operation, Payload, Sink, Stop } from './connection/transport.ts';
import { errorOf } from './error.ts';
import { type ActivityItem, type ActivityOptions, followActivity } from './follow/follow-activity.ts';
import { type FollowOptions, followRun, type RunEvent } from './follow/follow-run.ts';
import { type FollowTextOptions, followText, type TextSoFar } from './follow/follow-text.ts';
import type { Request, Subscribe } from './follow/subscribe.ts';
import { createRequests } from './requests.ts';

export interface PolyphonyOptions extends Credentials {
  /** The GraphQL endpoint: `https://example.com/graphql`. */
  url: string;
  /** Default: WebSockets, and server-sent events where none can be opened. */
  transport?: TransportName | undefined;
  /** Called with false when subscriptions lose the server and try to reach it again, with true once one of them has. */
  onConnectionChange?: ((isConnected: boolean) => void) | undefined;
}

export interface Polyphony {
  /** One answer. @throws PolyphonyError for any error in it */
  query: Request;
  mutate: Request;
  /** What a subscription sends. Fields with an argument `after` are resumed when the connection is lost. */
  subscribe: Subscribe;
  followRun(runId: string, options?: FollowOptions): AsyncGenerator<RunEvent, void, undefined>;
  followText(taskId: string, options?: FollowTextOptions): AsyncGenerator<TextSoFar, void, undefined>;
  activity(options?: ActivityOptions): AsyncGenerator<ActivityItem, void, undefined>;
  /** One answer for the link of another client: errors of GraphQL are in it. */
  answer(operation: Operation, sink: Sink<Payload>): Stop;
  /** `subscribe` for the link of another client. */
  observe(document: string | DocumentNode, variables: Record<string, unknown>, sink: Sink<Payload>): Stop;
  /** Ends all subscriptions. */
  close(): void;
}

export function createPolyphony({
  url,
  transport = 'websocket',
  onConnectionChange = () => {},
  ...credentials
}: PolyphonyOptions): Polyphony {
  const tokens = createTokens(credentials);
  const transports = chooseTransport(url, tokens, transport);
  const { request, answer } = createRequests(url, tokens);
  const { follow, close } = createSubscriptions({ tokens, transport: transports.next }, onConnectionChange);

  // Not a generator: each layer of them would cost microseconds for each event.
  const subscribe: Subscribe = (document, variables, { signal } = {}) => {
    const resumption = resumptionOf(document, variables);
    const begin = (sink: Sink<never>) => {
      const stop = follow(resumption, {
        ...sink,
        next({ data, errors }) {
          if (!errors) return sink.next(data as never);
          stop();
          sink.error(errorOf(errors));
        },
      });
      return stop;
    };
    return iterate<never>(begin, { isResumable: resumption.isResumable, signal });
  };
  return {
    query: request,
    mutate: request,
    subscribe,
    followRun: (runId, options) => followRun(subscribe, runId, options),
    followText: (taskId, options) => followText(subscribe, taskId, options),
    activity: (options) => followActivity(subscribe, options),
    answer,
    observe: (document, variables, sink) => follow(resumptionOf(document, variables), sink),
    close() {
      close();
      transports.close();
    },
  };
}
