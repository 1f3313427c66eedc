import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { DomainError } from '../../errors.ts';
import type { DialectTable } from '../dialect.ts';
import { inputFault } from '../faults.ts';
import { countRequest, limitHeaders, tooMany } from '../limits.ts';
import type { SchemaAccess, Visitor } from '../schema-access.ts';
import { type Conversation, converse } from './connection.ts';
import { shorten } from './outlet.ts';
import { type PreparedSocket, prepareSocket } from './prepare.ts';
import { type Call, closeCodeOf, refusal, toFault } from './talk.ts';
import { takeTokenFromPath } from './token-in-path.ts';

const MOST_MESSAGE_BYTES = 1024 * 1024;
/** How long a client has to answer that it closes, too; one that does not read never would. */
const GOODBYE_MS = 2_000;
/** Of RFC 6455's registry. */
const GOING_AWAY = 1001;

/** Where an upgrade leads: a dialect, and the path as its document has it. */
export interface Destination {
  dialect: DialectTable;
  path: string;
}

export type Locate = (request: IncomingMessage) => Destination | null;

export interface SocketCarrier {
  /** @returns false: the upgrade leads to no dialect, and is somebody else's. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Tells every client that the server goes away, and waits until they are gone. */
  close(): Promise<void>;
}

/** @throws Error when a document of a socket is invalid */
export function openDialectSockets(
  tables: readonly DialectTable[],
  access: SchemaAccess,
  locate: Locate,
): SocketCarrier {
  const server = new WebSocketServer({ noServer: true, maxPayload: MOST_MESSAGE_BYTES });
  const conversations = new Map<WebSocket, Conversation>();
  const prepared = tables.flatMap((table) => table.sockets.map((row) => prepareSocket(access, table, row)));

  const accept = (
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    then: (client: WebSocket) => void,
  ) => server.handleUpgrade(request, socket, head, then);

  async function answer(destination: Destination, request: IncomingMessage, socket: Duplex, head: Buffer) {
    const query = takeTokenFromPath(request);
    const found = find(prepared, destination);
    const outcome = await admit(access, destination, found, request, query);
    if ('call' in outcome) {
      return accept(request, socket, head, (client) => {
        conversations.set(client, converse(client, outcome.call));
        client.once('close', () => conversations.delete(client));
      });
    }
    // A browser tells its page neither the status nor the body of a refused upgrade, but it does tell these.
    if (found && request.headers.origin !== undefined) {
      const { fault } = outcome;
      return accept(request, socket, head, (client) => {
        client.on('error', () => {});
        client.send(JSON.stringify(refusal(found.socket, fault)));
        client.close(closeCodeOf(found.socket, fault), shorten(fault.message));
      });
    }
    refuse(destination.dialect, outcome, socket);
  }

  return {
    upgrade(request, socket, head) {
      const destination = locate(request);
      if (!destination) return false;
      answer(destination, request, socket, head).catch(() => socket.destroy());
      return true;
    },
    async close() {
      const gone = [...server.clients].map(
        (client) => new Promise((resolve) => client.once('close', resolve)),
      );
      for (const { end } of conversations.values()) end(GOING_AWAY, 'the server stops');
      const impatience = setTimeout(() => {
        for (const client of server.clients) client.terminate();
      }, GOODBYE_MS);
      await Promise.all(gone);
      clearTimeout(impatience);
    },
  };
}

interface Found {
  socket: PreparedSocket;
  params: Record<string, string>;
}

function find(prepared: readonly PreparedSocket[], { dialect, path }: Destination): Found | null {
  for (const socket of prepared) {
    const params = socket.dialect === dialect ? socket.match(path) : null;
    if (params) return { socket, params };
  }
  return null;
}

interface Refused {
  fault: DomainError;
  headers: Record<string, string>;
}

/** Never rejects. */
async function admit(
  access: SchemaAccess,
  { dialect, path }: Destination,
  found: Found | null,
  request: IncomingMessage,
  query: URLSearchParams,
): Promise<{ call: Call } | Refused> {
  let headers = {};
  try {
    const asked = { path, params: found?.params ?? {}, body: undefined };
    const standing = await countRequest(dialect, access, request, asked);
    if (standing) headers = limitHeaders(standing);
    if (standing?.isSpent) throw tooMany(standing);
    if (!found) throw new DomainError('NOT_FOUND', `there is no socket at ${path}`);
    const { socket, params } = found;
    const visitor = await knownVisitor(access, request, dialect);
    const { data, error } = socket.input.safeParse({ params, query: Object.fromEntries(query) });
    if (error) throw inputFault(error);
    return { call: { socket, access, request, visitor, given: data } };
  } catch (thrown) {
    return { fault: toFault(access, thrown), headers };
  }
}

async function knownVisitor(
  access: SchemaAccess,
  request: IncomingMessage,
  { name }: DialectTable,
): Promise<Visitor> {
  const visitor = await access.visitor(request, name);
  if (visitor.accountId !== null) return visitor;
  const ways = '`?token=<token or API key>`, `Authorization: Bearer <token>` or `X-API-Key: <key>`';
  throw new DomainError('UNAUTHENTICATED', `log in first, and connect with ${ways}`);
}

function refuse(dialect: DialectTable, { fault, headers }: Refused, socket: Duplex): void {
  const { status, body } = dialect.refuse(fault, { at: new Date(), about: null });
  const text = JSON.stringify(body);
  const { retryAfter } = fault.details;
  const lines = {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    Connection: 'close',
    ...headers,
    ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }),
    ...(retryAfter !== undefined && { 'Retry-After': retryAfter }),
  };
  const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}`);
  const first = `HTTP/1.1 ${status} ${STATUS_CODES[status]}`;
  socket.end(`${[first, ...head].join('\r\n')}\r\n\r\n${text}`, () => socket.destroy());
}
