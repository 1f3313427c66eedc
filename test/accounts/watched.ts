import { once } from 'node:events';
import { WebSocket } from 'ws';
import { createClient, errorCode } from '../harness/client.ts';
import { openLegacySocket } from '../rest-compat/clients/legacy-socket.ts';

export type Credentials = Record<string, string>;

/** What is open with some credentials at one server: a socket of each kind, and a stream. */
export interface Watched {
  /** Milliseconds until each had ended, from the call on. Fails unless the sockets close with 4403, and the stream with an error. */
  ended(): Promise<Record<string, number>>;
  /** What ended first, and how. */
  firstEnd: Promise<string>;
  close(): void;
}

const FEED = 'subscription { activity { cursor } }';

/** @returns once each has received something. */
export async function openAll(url: string, credentials: Credentials): Promise<Watched> {
  const socket = await openGraphqlSocket(url, credentials);
  const graphql = once(socket, 'close').then(([code]) => Number(code));
  const legacy = await openLegacySocket(url, '/amas/ws', { headers: credentials });
  await legacy.next(({ event }) => event === 'connected');
  const stopped = new AbortController();
  const stream = createClient(url, credentials).subscribeSse(FEED, {}, stopped.signal);
  await stream.next();
  const streamEnd = stream.next().then(
    ({ done, value }) => (done ? 'complete' : errorCode(value)),
    () => 'aborted',
  );
  const amas = legacy.closed.then(({ code }) => code);
  return {
    firstEnd: Promise.race([
      graphql.then((code) => `graphql-ws ${code}`),
      amas.then((code) => `amas ${code}`),
      streamEnd.then(() => 'SSE'),
    ]),
    async ended() {
      const from = performance.now();
      const took = async (name: string, end: Promise<unknown>, expected: unknown) => {
        const how = await end;
        if (how !== expected) throw new Error(`${name} ended with ${String(how)}`);
        return [name, performance.now() - from] as const;
      };
      return Object.fromEntries(
        await Promise.all([
          took('graphql-ws', graphql, 4403),
          took('amas', amas, 4403),
          took('SSE', streamEnd, 'UNAUTHENTICATED'),
        ]),
      );
    },
    close() {
      stopped.abort();
      socket.terminate();
      legacy.raw.terminate();
    },
  };
}

async function openGraphqlSocket(url: string, credentials: Credentials): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: credentials })));
  const { promise: following, resolve, reject } = Promise.withResolvers<void>();
  socket.on('message', (text) => {
    const { type } = JSON.parse(String(text));
    const subscribe = { id: '1', type: 'subscribe', payload: { query: FEED } };
    if (type === 'connection_ack') socket.send(JSON.stringify(subscribe));
    if (type === 'next') resolve();
  });
  socket.on('close', (code) => reject(new Error(`closed with ${code}`)));
  await following;
  return socket;
}

/** Milliseconds until a server refuses the credentials, asked again and again. */
export async function refusedAfter(url: string, credentials: Credentials): Promise<number> {
  const from = performance.now();
  while (performance.now() - from < 5_000) {
    const { errors } = await createClient(url, credentials).query('{ viewer { id } }');
    if (errors?.[0]?.extensions.code === 'UNAUTHENTICATED') return performance.now() - from;
  }
  throw new Error('still accepted after 5 s');
}
