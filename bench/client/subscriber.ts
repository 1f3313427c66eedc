import { openSocket, type Socket } from './socket.ts';

/** What a front end asks for to show an answer as it comes. */
const FOLLOW = `subscription ($id: ID!) { taskEvents(taskId: $id) {
  __typename seq ... on TokensGenerated { text } ... on RunFailed { error { code message } } } }`;

const ACTIVITY = `subscription { activity { cursor event { __typename seq at } run { id status } } }`;

export interface Subscriber {
  follow(taskId: string, onMessage: (payload: Buffer) => void): Promise<void>;
  /** @param onEvent called with the time of each event; null: the first payload, which has none. */
  followActivity(onEvent: (at: number | null) => void): Promise<void>;
  close(): void;
}

/** A graphql-ws socket that follows one task at a time. */
export async function openSubscriber(url: string, token: string): Promise<Subscriber> {
  let onMessage: (payload: Buffer) => void = () => {};
  let turn = Promise.withResolvers<void>();
  const socket: Socket = await openSocket(`${url}/graphql`, 'graphql-transport-ws', (payload) => {
    if (payload.includes('"type":"next"')) return onMessage(payload);
    if (payload.includes('"type":"error"')) return turn.reject(new Error(payload.toString()));
    turn.resolve();
  });
  socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
  await turn.promise;
  const subscribe = (payload: object, listener: typeof onMessage) => {
    onMessage = listener;
    turn = Promise.withResolvers();
    // As long as the ids that common client libraries generate.
    socket.send({ id: '00000000-0000-4000-8000-000000000000', type: 'subscribe', payload });
    return turn.promise;
  };
  return {
    follow: (id, listener) => subscribe({ query: FOLLOW, variables: { id } }, listener),
    followActivity: (onEvent) =>
      subscribe({ query: ACTIVITY }, (payload) => {
        const { event } = JSON.parse(payload.toString()).payload.data.activity;
        onEvent(event && Date.parse(event.at));
      }),
    close: socket.close,
  };
}

export function textIn(payload: Buffer): string | null {
  const { taskEvents } = JSON.parse(payload.toString()).payload.data;
  if (taskEvents.__typename === 'RunFailed') throw new Error(`the run failed: ${payload}`);
  return taskEvents.__typename === 'TokensGenerated' ? taskEvents.text : null;
}
