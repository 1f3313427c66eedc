import { type DocumentNode, print } from 'graphql';
import { chooseTransport, type TransportName } from './connection/choose-transport.ts';
import { post } from './connection/http.ts';
import { iterate } from './connection/iterate.ts';
import { resumptionOf } from './connection/resumption.ts';
import { subscribe as subscribeResuming } from './connection/subscribe.ts';
import { type Credentials, createTokens } from './connection/tokens.ts';
import type { Operation, Payload, Sink, Stop } from './connection/transport.ts';
import { errorOf } from './error.ts';
import { type ActivityItem, type ActivityOptions, followActivity } from './follow/follow-activity.ts';
import { type FollowOptions, followRun, type RunEvent } from './follow/follow-run.ts';
import { type FollowTextOptions, followText, type TextSoFar } from './follow/follow-text.ts';
import type { Document, RequestOptions, Subscribe } from './follow/subscribe.ts';

export interface PolyphonyOptions extends Credentials {
  /** The GraphQL endpoint: `https://example.com/graphql`. */
  url: string;
  /** Default: WebSockets, and server-sent events where none can be opened. */
  transport?: TransportName | undefined;
}

type Request = <Result, Variables extends Record<string, unknown>>(
  document: Document<Result, Variables>,
  variables: Variables,
  options?: RequestOptions,
) => Promise<Result>;

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
  ...credentials
}: PolyphonyOptions): Polyphony {
  const tokens = createTokens(credentials);
  const transports = chooseTransport(url, tokens, transport);
  const running = new Set<Stop>();

  function observe(
    document: string | DocumentNode,
    variables: Record<string, unknown>,
    sink: Sink<Payload>,
  ): Stop {
    const connection = { tokens, transport: transports.next };
    const stop = subscribeResuming(connection, resumptionOf(document, variables), {
      next: sink.next,
      error(error) {
        running.delete(stop);
        sink.error(error);
      },
      complete() {
        running.delete(stop);
        sink.complete();
      },
    });
    running.add(stop);
    return () => {
      running.delete(stop);
      stop();
    };
  }

  async function execute(operation: Operation, signal?: AbortSignal): Promise<Payload> {
    const { generation } = tokens;
    const answer = await post(url, operation, await tokens.headers(), signal);
    const isRefused = answer.errors?.[0]?.extensions?.code === 'UNAUTHENTICATED';
    if (!isRefused || !(await tokens.renew(generation))) return answer;
    return post(url, operation, await tokens.headers(), signal);
  }

  const request: Request = async (document, variables, { signal } = {}) => {
    const query = typeof document === 'string' ? document : print(document);
    const { data, errors } = await execute({ query, variables }, signal);
    if (errors || !data) throw errorOf(errors ?? []);
    return data as never;
  };
  const subscribe: Subscribe = async function* (document, variables, { signal } = {}) {
    const payloads = iterate<Payload>((sink) => observe(document, variables, sink), signal);
    for await (const { data, errors } of payloads) {
      if (errors) throw errorOf(errors);
      yield data as never;
    }
  };
  return {
    query: request,
    mutate: request,
    subscribe,
    followRun: (runId, options) => followRun(subscribe, runId, options),
    followText: (taskId, options) => followText(subscribe, taskId, options),
    activity: (options) => followActivity(subscribe, options),
    answer(operation, sink) {
      const controller = new AbortController();
      execute(operation, controller.signal).then(
        (payload) => {
          if (controller.signal.aborted) return;
          sink.next(payload);
          sink.complete();
        },
        (error) => {
          if (!controller.signal.aborted) sink.error(error);
        },
      );
      return () => controller.abort();
    },
    observe,
    close() {
      for (const stop of running) stop();
      running.clear();
      transports.close();
    },
  };
}
