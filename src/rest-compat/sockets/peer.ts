import type { WebSocket } from 'ws';

const PING_MS = 30_000;

export interface Peer {
  /** Reports activity that shows that the peer is alive. */
  isAlive(): void;
  forget(): void;
}

/** Ends the connection of a peer that has not answered a ping by the time of the next. */
export function watchPeer(client: WebSocket): Peer {
  let hasAnswered = true;
  const isAlive = () => {
    hasAnswered = true;
  };
  client.on('pong', isAlive);
  client.on('message', isAlive);
  const timer = setInterval(() => {
    if (!hasAnswered) return client.terminate();
    hasAnswered = false;
    client.ping();
  }, PING_MS);
  return { isAlive, forget: () => clearInterval(timer) };
}
