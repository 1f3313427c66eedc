import { CloseCode, type Context as SocketContext, type SubscribePayload } from 'graphql-ws';
import { type Extra, useServer } from 'graphql-ws/use/ws';
import { WebSocket, WebSocketServer } from 'ws';
import type { OperationLimits, Services } from '../../context.ts';
import { coerceError, DomainError, shortened } from '../../errors.ts';
import { asUnavailable } from '../../resolvers/request/unavailable.ts';
import { readJsonText } from '../../rules/json/text.ts';
import type { UpgradeCarrier } from '../connections/upgrades.ts';
import { type MaskError, maskError } from '../errors/from-graphql.ts';
import { largeJsonOf } from '../overload/bound-answers.ts';
import type { ConcurrencyLimit } from '../overload/concurrency.ts';
import type { Connections } from '../overload/connections.ts';
import { createLargeMessages, type LargeMessages } from '../overload/large-messages.ts';
import type { Admission } from '../requests/admission.ts';
import { type Asker, parameterCredentials } from '../requests/context.ts';
import type { AtCredentialEnd } from '../requests/credential-end.ts';
import { socketCredentials } from '../requests/session-cookie.ts';
import type { Documents, OperationRequest } from './documents/documents.ts';
import { toFormatted, withoutHttp } from './streams/printed-result.ts';
import type { Yoga } from './yoga.ts';

const MAX_MESSAGE_BYTES = 1024 * 1024;
/** How long a client has to acknowledge a close; one that does not read never would. */
const GOODBYE_MS = 2_000;
const MAX_SUBSCRIPTIONS = 100;

/** How long to wait for the client's ConnectionInit. */
const INIT_MS = 3_000;
/** A socket without credentials is closed after one to two of these periods without an operation. */
const IDLE_MS = 10_000;

interface Connection extends Record<PropertyKey, unknown> {
  asker: Asker;
  /** Whether it had an operation since the last idle check. */
  hasWorked: boolean;
  stopClock(): void;
}
type Socket = SocketContext<Record<string, unknown>, Extra & Partial<Connection>>;

interface SocketAccess {
  documents: Documents;
  admission: Admission;
  atCredentialEnd: AtCredentialEnd;
  connections: Connections;
}

/** graphql-ws at Yoga's path: the same pipeline as over HTTP, with the credentials of the first message. */
export function openSockets(yoga: Yoga, services: Services, access: SocketAccess): UpgradeCarrier {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });
  const mask = maskError(services.log);
  const { documents } = access;
  const limits = services.operationLimits;
  const large = createLargeMessages();
  const protocol = useServer<Record<string, unknown>, Connection>(
    {
      isProd: true,
      connectionInitWaitTimeout: INIT_MS,
      onConnect: (socket) => admit(access, socket),
      onDisconnect: (socket) => socket.extra.stopClock?.(),
      onSubscribe: (socket, _id, payload) => prepare({ yoga, limits, documents, mask }, socket, payload),
      onNext: (socket, id, _payload, _operation, result) => {
        const shown = withoutHttp(result);
        const json = largeJsonOf(shown ?? result);
        return json ? large.hold(socket.extra.socket, id, json) : shown;
      },
      onError: (_socket, _id, _payload, errors) => errors.map((error) => toFormatted(mask(error))),
      execute: (operation) => (operation.rootValue as Enveloped).execute(operation),
      subscribe: (operation) => (operation.rootValue as Enveloped).subscribe(operation),
    },
    sockets,
  );
  return {
    upgrade(request, socket, head) {
      if (request.url?.split('?')[0] !== yoga.graphqlEndpoint) return false;
      sockets.handleUpgrade(request, socket, head, (client) => {
        limitMessages(client);
        sockets.emit('connection', client, request);
        replaceSend(client, large);
      });
      return true;
    },
    async close() {
      const impatience = setTimeout(() => {
        for (const client of sockets.clients) client.terminate();
      }, GOODBYE_MS);
      await protocol.dispose();
      clearTimeout(impatience);
    },
  };
}

/** graphql-ws parses each message as JSON, and closes with the same code when it cannot. */
function limitMessages(client: WebSocket): void {
  const emit = client.emit.bind(client) as (event: string | symbol, ...given: unknown[]) => boolean;
  client.emit = (event: string | symbol, ...given: unknown[]) => {
    const problem = event === 'message' ? unreadable(given[0] as Buffer) : null;
    if (problem === null) return emit(event, ...given);
    client.close(CloseCode.BadRequest, shortened(problem, MAX_REASON_BYTES));
    return true;
  };
}

/** RFC 6455: a control frame has at most 125 bytes, two of them the code. */
const MAX_REASON_BYTES = 123;

function unreadable(message: Buffer): string | null {
  const { error } = readJsonText(message, 'message');
  return error && `${error.code}: ${error.message}`;
}

/**
 * Large messages are sent unchanged. And graphql-ws logs an error for each message that was unsent when the
 * client disconnected; `close` is sufficient.
 */
function replaceSend(client: WebSocket, large: LargeMessages): void {
  const send = client.send.bind(client);
  client.send = (message: string, done?: unknown) => {
    send(large.take(client, message) ?? message, { binary: false }, () => {
      if (typeof done === 'function') done();
    });
  };
  client.removeAllListeners('error');
  client.on('error', () => {});
}

type Enveloped = ReturnType<Yoga['getEnveloped']>;

/** From RFC 6455's registry: clients of graphql-ws reconnect automatically after it. */
const TRY_AGAIN_LATER = 1013;

/** @returns false to close the socket with 4403, unless it is closed already */
async function admit(
  { admission, atCredentialEnd, connections: { socketsPerAccount } }: SocketAccess,
  socket: Socket,
): Promise<boolean> {
  const fromMessage = parameterCredentials(socket.connectionParams);
  const hasNone = fromMessage.authorization === null && fromMessage.apiKey === null;
  const { request } = socket.extra;
  const credentials = hasNone ? socketCredentials(request.headers, socket.connectionParams) : fromMessage;
  try {
    const viewer = await admission.viewer(request, credentials);
    socket.extra.asker = { viewer, address: admission.address(request) };
  } catch (error) {
    const unavailable = asUnavailable(coerceError(error));
    if (unavailable) socket.extra.socket.close(TRY_AGAIN_LATER, unavailable.message);
    else if (!(error instanceof DomainError)) throw error;
    return false;
  }
  // For a client that has disconnected meanwhile there is no `onDisconnect`: nothing would stop the timer or
  // free the slot.
  if (socket.extra.socket.readyState !== WebSocket.OPEN) return false;
  if (!acquireSlot(socketsPerAccount, socket)) return false;
  if (socket.extra.asker?.viewer) closeAtCredentialEnd(socket, atCredentialEnd);
  else closeWhenIdle(socket);
  return true;
}

/** @returns false, and closes the socket, when the account has too many */
function acquireSlot(limit: ConcurrencyLimit, { extra }: Socket): boolean {
  const { viewer } = extra.asker!;
  if (!viewer) return true;
  const release = limit.acquire(viewer.userId);
  if (release) extra.socket.once('close', release);
  else extra.socket.close(TRY_AGAIN_LATER, 'the account has too many sockets');
  return release !== null;
}

/** Closes a socket without credentials that has no operation, so that anonymous clients cannot hold sockets open. */
function closeWhenIdle(socket: Socket): void {
  const { extra } = socket;
  const timer = setInterval(() => {
    if (!extra.hasWorked && Object.keys(socket.subscriptions).length === 0) {
      extra.socket.close(CloseCode.ConnectionInitialisationTimeout, 'idle without credentials');
    }
    extra.hasWorked = false;
  }, IDLE_MS);
  extra.stopClock = () => clearInterval(timer);
}

function closeAtCredentialEnd({ extra }: Socket, atCredentialEnd: AtCredentialEnd): void {
  const close = (reason: string) => extra.socket.close(CloseCode.Forbidden, reason);
  extra.stopClock = atCredentialEnd(extra.asker?.viewer ?? null, close);
}

interface Pipeline {
  yoga: Yoga;
  limits: OperationLimits;
  documents: Documents;
  mask: MaskError;
}

async function prepare(
  { yoga, limits, documents, mask }: Pipeline,
  socket: Socket,
  payload: SubscribePayload,
) {
  socket.extra.hasWorked = true;
  if (Object.keys(socket.subscriptions).length > MAX_SUBSCRIPTIONS) return [mask(tooMany())];
  const asker = async () => socket.extra.asker;
  const anonymous = async () => ({ ...socket.extra.asker, viewer: null });
  const enveloped = yoga.getEnveloped({ asker, anonymous, params: payload } as never);
  try {
    const { viewer, address } = socket.extra.asker!;
    await limits.countRequest({ accountId: viewer?.userId ?? null, address });
    const text = await documents.find(payload as OperationRequest, async () => viewer);
    const document = enveloped.parse(text ?? payload.query);
    const errors = enveloped.validate(enveloped.schema, document) as Error[];
    if (errors.length > 0) return errors.map(mask);
    return {
      schema: enveloped.schema,
      operationName: payload.operationName,
      document,
      variableValues: payload.variables,
      contextValue: await enveloped.contextFactory(),
      rootValue: enveloped,
    };
  } catch (error) {
    return [mask(error)];
  }
}

function tooMany(): DomainError {
  return new DomainError(
    'RATE_LIMITED',
    `a socket carries at most ${MAX_SUBSCRIPTIONS} operations at a time`,
  );
}
