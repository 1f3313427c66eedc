import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { DialectTable } from '../definitions/dialect-table.ts';
import { spentHeaders } from '../errors/limit-headers.ts';
import { createRequestCount } from '../handling/count-requests.ts';
import { lifetimeHeaders } from '../handling/lifetime.ts';
import type { SchemaAccess } from '../handling/schema-access.ts';
import { successorLink } from '../handling/successor.ts';
import { type Admitted, admit, type Destination, findSocket, type Refused } from './admit.ts';
import { type Conversation, converse } from './connection.ts';
import { closeCodeOf, refusal } from './open-connection.ts';
import { shorten } from './outgoing-frames.ts';
import { prepareSocket } from './prepare.ts';
import { takeTokenFromPath } from './token-in-path.ts';

const MOST_MESSAGE_BYTES = 1024 * 1024;
/** How long a client has to acknowledge a close; one that does not read never would. */
const GOODBYE_MS = 2_000;
/** Of RFC 6455's registry. */
const GOING_AWAY = 1001;

/** null: the upgrade is for no dialect. */
export type Locate = (request: IncomingMessage) => Destination | null;

export interface SocketCarrier {
  /** @returns false: the upgrade is for no dialect */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Closes all sockets with a close frame, and waits until they are closed. */
  close(): Promise<void>;
}

/** @throws Error when a document of a socket is invalid */
export function openDialectSockets(
  tables: readonly DialectTable[],
  access: SchemaAccess,
  locate: Locate,
): SocketCarrier {
  const server = new WebSocketServer({ noServer: true, maxPayload: MOST_MESSAGE_BYTES });
  const admission = { access, countRequest: createRequestCount(access) };
  let isClosing = false;
  const conversations = new Map<WebSocket, Conversation>();
  const announced = sendInUpgrades(server);
  const prepared = tables.flatMap((table) => table.sockets.map((row) => prepareSocket(access, table, row)));

  async function answer(destination: Destination, request: IncomingMessage, socket: Duplex, head: Buffer) {
    const lifetime = lifetimeHeaders(access.lifetimes[destination.dialect.name]);
    announced.set(request, lifetime);
    const query = takeTokenFromPath(request);
    const found = findSocket(prepared, destination);
    const outcome = await admit(admission, destination, found, request, query);
    if ('call' in outcome) releaseAtEnd(socket, outcome);
    if (isClosing) return void socket.destroy();
    if ('call' in outcome) {
      return server.handleUpgrade(request, socket, head, (client) => {
        conversations.set(client, converse(client, outcome.call));
        client.once('close', () => conversations.delete(client));
      });
    }
    // A browser reveals neither the status nor the body of a rejected upgrade to its page, but it does reveal
    // these.
    if (found && isBrowser(request)) {
      const { error } = outcome;
      return server.handleUpgrade(request, socket, head, (client) => {
        client.on('error', () => {});
        client.send(JSON.stringify(refusal(found.socket, error)));
        client.close(closeCodeOf(found.socket, error), shorten(error.message));
      });
    }
    const Link = successorLink(found?.socket.operation ?? null);
    refuse(destination.dialect, { ...outcome, headers: { ...outcome.headers, ...lifetime, Link } }, socket);
  }

  return {
    upgrade(request, socket, head) {
      const destination = locate(request);
      if (!destination) return false;
      answer(destination, request, socket, head).catch(() => socket.destroy());
      return true;
    },
    async close() {
      isClosing = true;
      const gone = [...server.clients].map(
        (client) => new Promise((resolve) => client.once('close', resolve)),
      );
      for (const { end } of conversations.values()) end(GOING_AWAY, 'the server is stopping');
      const impatience = setTimeout(() => {
        for (const client of server.clients) client.terminate();
      }, GOODBYE_MS);
      await Promise.all(gone);
      clearTimeout(impatience);
    },
  };
}

/**
 * Browsers always send an Origin with an upgrade, and call themselves Mozilla, or say what the request is for.
 * Some libraries for programs send an Origin as well.
 */
function isBrowser({ headers }: IncomingMessage): boolean {
  const saysSo = /^Mozilla\//.test(headers['user-agent'] ?? '') || headers['sec-fetch-mode'] !== undefined;
  return headers.origin !== undefined && saysSo;
}

/** @returns a map in which to put additional headers for the response to an upgrade, by its request */
function sendInUpgrades(server: WebSocketServer): WeakMap<IncomingMessage, Record<string, string>> {
  const headers = new WeakMap<IncomingMessage, Record<string, string>>();
  server.on('headers', (lines, request) => {
    for (const [name, value] of Object.entries(headers.get(request) ?? {})) lines.push(`${name}: ${value}`);
  });
  return headers;
}

function releaseAtEnd(socket: Duplex, { release }: Admitted): void {
  // The client may have disconnected meanwhile.
  if (socket.closed) release();
  else socket.once('close', release);
}

function refuse(dialect: DialectTable, { error, headers }: Refused, socket: Duplex): void {
  const { status, body } = dialect.refuse(error, { at: new Date(), about: null });
  const text = JSON.stringify(body);
  const { retryAfter } = error.details;
  const lines = {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    Connection: 'close',
    ...headers,
    ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }),
    ...(retryAfter !== undefined && {
      'Retry-After': retryAfter,
      ...spentHeaders((name) => headers[name], retryAfter),
    }),
  };
  const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}`);
  const first = `HTTP/1.1 ${status} ${STATUS_CODES[status]}`;
  socket.end(`${[first, ...head].join('\r\n')}\r\n\r\n${text}`, () => socket.destroy());
}
