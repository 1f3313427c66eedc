import type { WebSocket } from 'ws';
import { dataOf } from '../handling/answer-endpoint.ts';
import { countMessage } from '../handling/count-requests.ts';
import type { Visitor } from '../handling/schema-access.ts';
import { executeCommand } from './execute-command.ts';
import { type IncomingMessages, openIncomingMessages } from './incoming-messages.ts';
import { readMessage } from './message.ts';
import {
  type Call,
  closeCodeOf,
  executionOf,
  type OpenConnection,
  refusal,
  toDomainError,
} from './open-connection.ts';
import { openOutgoingFrames } from './outgoing-frames.ts';
import { watchPeer } from './peer.ts';

export interface Conversation {
  end(code: number, reason: string): void;
}

const DONE = 1000;
const CREDENTIALS_ENDED = 4403;
/**
 * The subscription checks the clock itself, and may be the first to notice that the credentials have expired.
 */
const CLOCK_MS = 50;

/** Handles a connection to its end. */
export function converse(client: WebSocket, call: Call): Conversation {
  const left = new AbortController();
  const peer = watchPeer(client);
  const outgoing = openOutgoingFrames(client, peer.isAlive);
  const opened = { given: call.given, state: call.socket.begin() };
  const connection: OpenConnection = { ...call, opened, outgoing, signal: left.signal };
  const incoming = openIncomingMessages(client, (text) => obey(connection, text));
  const end = (code: number, reason: string) => {
    left.abort();
    outgoing.close(code, reason);
  };
  const stopClock = call.visitor.atEnd((reason) => end(CREDENTIALS_ENDED, reason));
  const stopHeart = startHeart(connection);
  // ws closes the connection on an invalid or too large frame.
  client.on('error', () => {});
  client.once('close', () => left.abort());
  follow(connection, incoming)
    .then(() => end(...endingOf(call.visitor)))
    .catch((thrown) => giveUp(connection, thrown, end))
    .finally(() => {
      stopClock();
      stopHeart();
      peer.forget();
    });
  return { end };
}

async function follow(connection: OpenConnection, incoming: IncomingMessages): Promise<void> {
  const { access, socket, opened, outgoing, signal } = connection;
  let isGreeted = false;
  const execution = executionOf(connection, socket.document, socket.variables(opened.given));
  for await (const answer of access.subscribe(execution, signal)) {
    const data = dataOf(answer);
    if (!isGreeted) {
      await outgoing.send(socket.greet(new Date()));
      await show(connection);
      incoming.start();
    }
    isGreeted = true;
    await outgoing.inTurn(() => outgoing.send(socket.frames(data, opened)));
    if (signal.aborted) return;
  }
}

async function show(connection: OpenConnection): Promise<void> {
  const { access, socket, opened, outgoing, signal } = connection;
  const { snapshot } = socket;
  if (!snapshot) return;
  for (let page = snapshot.page(null); page && !signal.aborted; ) {
    const data = dataOf(await access.execute(executionOf(connection, snapshot.document, page)));
    await outgoing.send(snapshot.frames(data, opened));
    page = snapshot.page(data);
  }
}

async function obey(connection: OpenConnection, text: string): Promise<void> {
  try {
    await countMessage(connection.access, connection.request, connection.visitor);
    const { command, message } = readMessage(connection.socket, text);
    await executeCommand(connection, command, message);
  } catch (thrown) {
    if (!connection.signal.aborted)
      await connection.outgoing.send([refusal(connection.socket, toDomainError(connection.access, thrown))]);
  }
}

function startHeart({ socket: { heartbeat }, outgoing }: OpenConnection): () => void {
  if (!heartbeat) return () => {};
  const beat = () => {
    // A client that does not read gets no further heartbeats.
    if (!outgoing.isFull()) void outgoing.send([heartbeat.frame(new Date())]);
  };
  const timer = setInterval(beat, heartbeat.seconds * 1000);
  return () => clearInterval(timer);
}

function endingOf({ expiresAt }: Visitor): [code: number, reason: string] {
  const hasExpired = expiresAt !== null && expiresAt.getTime() <= Date.now() + CLOCK_MS;
  return hasExpired ? [CREDENTIALS_ENDED, 'credentials expired'] : [DONE, 'no more events follow'];
}

async function giveUp(connection: OpenConnection, thrown: unknown, end: Conversation['end']): Promise<void> {
  if (connection.signal.aborted) return;
  const error = toDomainError(connection.access, thrown);
  void connection.outgoing.send([refusal(connection.socket, error)]);
  end(closeCodeOf(connection.socket, error), error.message);
}
