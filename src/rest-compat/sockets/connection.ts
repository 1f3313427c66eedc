import type { WebSocket } from 'ws';
import { dataOf } from '../execution/answer-endpoint.ts';
import { countMessage } from '../execution/count-requests.ts';
import type { Visitor } from '../execution/schema-access.ts';
import { executeCommand } from './execute-command.ts';
import { type Inlet, openInlet } from './inlet.ts';
import { readMessage } from './message.ts';
import { openOutlet } from './outlet.ts';
import { watchPeer } from './peer.ts';
import { type Call, closeCodeOf, executionOf, refusal, type Talk, toFault } from './talk.ts';

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
  const outlet = openOutlet(client, peer.isAlive);
  const opened = { given: call.given, state: call.socket.begin() };
  const talk: Talk = { ...call, opened, outlet, signal: left.signal };
  const inlet = openInlet(client, (text) => obey(talk, text));
  const end = (code: number, reason: string) => {
    left.abort();
    outlet.close(code, reason);
  };
  const stopClock = call.visitor.atEnd((reason) => end(CREDENTIALS_ENDED, reason));
  const stopHeart = startHeart(talk);
  // ws closes the connection on an invalid or too large frame.
  client.on('error', () => {});
  client.once('close', () => left.abort());
  follow(talk, inlet)
    .then(() => end(...endingOf(call.visitor)))
    .catch((thrown) => giveUp(talk, thrown, end))
    .finally(() => {
      stopClock();
      stopHeart();
      peer.forget();
    });
  return { end };
}

async function follow(talk: Talk, inlet: Inlet): Promise<void> {
  const { access, socket, opened, outlet, signal } = talk;
  let isGreeted = false;
  const execution = executionOf(talk, socket.document, socket.variables(opened.given));
  for await (const answer of access.subscribe(execution, signal)) {
    const data = dataOf(answer);
    if (!isGreeted) {
      await outlet.tell(socket.greet(new Date()));
      await show(talk);
      inlet.start();
    }
    isGreeted = true;
    await outlet.inTurn(() => outlet.tell(socket.frames(data, opened)));
    if (signal.aborted) return;
  }
}

async function show(talk: Talk): Promise<void> {
  const { access, socket, opened, outlet, signal } = talk;
  const { snapshot } = socket;
  if (!snapshot) return;
  for (let page = snapshot.page(null); page && !signal.aborted; ) {
    const data = dataOf(await access.execute(executionOf(talk, snapshot.document, page)));
    await outlet.tell(snapshot.frames(data, opened));
    page = snapshot.page(data);
  }
}

async function obey(talk: Talk, text: string): Promise<void> {
  try {
    await countMessage(talk.access, talk.request, talk.visitor);
    const { command, message } = readMessage(talk.socket, text);
    await executeCommand(talk, command, message);
  } catch (thrown) {
    if (!talk.signal.aborted) await talk.outlet.tell([refusal(talk.socket, toFault(talk.access, thrown))]);
  }
}

function startHeart({ socket: { heartbeat }, outlet }: Talk): () => void {
  if (!heartbeat) return () => {};
  const beat = () => {
    // A client that does not read gets no further heartbeats.
    if (!outlet.isFull()) void outlet.tell([heartbeat.frame(new Date())]);
  };
  const timer = setInterval(beat, heartbeat.seconds * 1000);
  return () => clearInterval(timer);
}

function endingOf({ expiresAt }: Visitor): [code: number, reason: string] {
  const hasExpired = expiresAt !== null && expiresAt.getTime() <= Date.now() + CLOCK_MS;
  return hasExpired ? [CREDENTIALS_ENDED, 'credentials expired'] : [DONE, 'no more events follow'];
}

async function giveUp(talk: Talk, thrown: unknown, end: Conversation['end']): Promise<void> {
  if (talk.signal.aborted) return;
  const fault = toFault(talk.access, thrown);
  void talk.outlet.tell([refusal(talk.socket, fault)]);
  end(closeCodeOf(talk.socket, fault), fault.message);
}
