import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { type ClientOptions, WebSocket } from 'ws';

// biome-ignore lint/suspicious/noExplicitAny: tests look into messages of any shape
export type Message = any;

/** A client of one of the old sockets. */
export interface LegacySocket {
  /** All that came, in order. */
  messages: Message[];
  send(message: unknown): void;
  /** @returns the first message that `isIt`, of those that came or come; fails when the socket closes before. */
  next(isIt: (message: Message) => boolean): Promise<Message>;
  closed: Promise<{ code: number; reason: string }>;
  raw: WebSocket;
  close(): Promise<void>;
}

/** @param url of the server; a message that is text is sent as it is. */
export async function openLegacySocket(
  url: string,
  path: string,
  options: ClientOptions = {},
  protocols: string[] = [],
): Promise<LegacySocket> {
  const raw = new WebSocket(`${url.replace(/^http/, 'ws')}${path}`, protocols, options);
  const messages: Message[] = [];
  const closed = once(raw, 'close').then(([code, reason]) => ({ code, reason: String(reason) }));
  raw.on('message', (data) => messages.push(JSON.parse(String(data))));
  await once(raw, 'open');
  raw.on('error', () => {});
  return {
    messages,
    raw,
    closed,
    send: (message) => raw.send(typeof message === 'string' ? message : JSON.stringify(message)),
    async next(isIt) {
      for (;;) {
        const found = messages.find(isIt);
        if (found) return found;
        const end = await Promise.race([once(raw, 'message').then(() => null), closed]);
        if (end && !messages.some(isIt)) throw new Error(`closed with ${end.code} ${end.reason}`);
      }
    },
    async close() {
      raw.close();
      await closed;
    },
  };
}

/** What a client is told that is not let in. */
export async function refusedUpgrade(url: string, path: string, options: ClientOptions = {}) {
  const raw = new WebSocket(`${url.replace(/^http/, 'ws')}${path}`, options);
  raw.on('error', () => {});
  const [, response] = (await once(raw, 'unexpected-response')) as [unknown, IncomingMessage];
  return { status: response.statusCode, headers: response.headers, body: JSON.parse(await text(response)) };
}
