import type { WebSocket } from 'ws';

/** Stops reading, but answers pings that it has not read: what is stalled is not dead. */
export function stall(socket: WebSocket): void {
  socket.pause();
  const alive = setInterval(() => socket.pong(), 1_000);
  socket.once('close', () => clearInterval(alive));
}
