import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Received {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  at: number;
}

/** How a receiver answers; `never` says nothing, `dripping` begins a body and never ends it. */
export type Reply =
  | { status: number; headers?: Record<string, string>; body?: string; dripping?: boolean }
  | 'never';

/** Those whom integrations are with, on loopback: GitHub, GitLab, Slack, and servers of users. */
export interface Outside {
  readonly url: string;
  readonly host: string;
  readonly received: readonly Received[];
  /** What comes back from a path, one after the other; the last one stays. */
  script(path: string, ...replies: Reply[]): void;
  /** Resolves with all that came to a path, once there are as many. */
  waitFor(path: string, count: number, timeoutMs?: number): Promise<Received[]>;
  stop(): Promise<void>;
}

export const GOOD_TOKEN = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz';

type Told = (received: Received) => Reply;

const isKnown = ({ headers }: Received) => headers.authorization === `Bearer ${GOOD_TOKEN}`;
const json = (status: number, body: unknown): Reply => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** https://docs.github.com/en/rest/users/users, https://docs.gitlab.com/api/users, https://api.slack.com/messaging/webhooks */
const VENDORS: Readonly<Record<string, Told>> = {
  'GET /api/v3/user': (received) =>
    isKnown(received)
      ? json(200, { login: 'octocat', id: 1 })
      : json(401, { message: 'Bad credentials', documentation_url: 'https://docs.github.com/rest' }),
  'GET /api/v4/user': (received) =>
    isKnown(received) ? json(200, { id: 1, username: 'tanuki' }) : json(401, { message: '401 Unauthorized' }),
  'POST /services/T0/B0/good-channel-and-secret': ({ body }) =>
    typeof JSON.parse(body).text === 'string'
      ? { status: 200, body: 'ok' }
      : { status: 400, body: 'invalid_payload' },
  'POST /services/T0/B0/gone': () => ({ status: 404, body: 'no_service' }),
};

export async function startOutside(host = '127.0.0.1'): Promise<Outside> {
  const received: Received[] = [];
  const scripts = new Map<string, Reply[]>();
  const waiting = new Set<() => void>();
  const replyTo = (one: Received): Reply => {
    const replies = scripts.get(one.path);
    const scripted = replies && (replies.length > 1 ? replies.shift() : replies[0]);
    return scripted ?? VENDORS[`${one.method} ${one.path}`]?.(one) ?? { status: 204 };
  };
  const server = createServer(async (request, response) => {
    const one = await receive(request);
    const reply = replyTo(one);
    received.push(one);
    for (const look of waiting) look();
    send(response, reply);
  });
  await once(server.listen(0, host), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}`,
    host: `${host}:${port}`,
    received,
    script: (path, ...replies) => void scripts.set(path, replies),
    waitFor: (path, count, timeoutMs = 15_000) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(
            new Error(`${path} was asked ${of(path).length} times within ${timeoutMs} ms, not ${count}`),
          );
        }, timeoutMs);
        const of = (wanted: string) => received.filter((one) => one.path === wanted);
        const look = () => {
          const all = of(path);
          if (all.length < count) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(all);
        };
        waiting.add(look);
        look();
      }),
    async stop() {
      const closed = once(server.close(), 'close');
      server.closeAllConnections();
      await closed;
    },
  };
}

async function receive(request: IncomingMessage): Promise<Received> {
  const body = await text(request);
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  return { method: request.method!, path: request.url!, headers, body, at: Date.now() };
}

function send(response: ServerResponse, reply: Reply): void {
  if (reply === 'never') return;
  const { status, headers = {}, body = '', dripping = false } = reply;
  response.writeHead(status, headers);
  if (!dripping) return void response.end(body);
  const timer = setInterval(() => response.write('.'), 50);
  response.once('close', () => clearInterval(timer));
}
