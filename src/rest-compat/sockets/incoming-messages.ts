import type { RawData, WebSocket } from 'ws';

/** Maximum unprocessed messages of a client before reading from it is paused. */
const MOST_WAITING = 16;
const MOST_WAITING_BYTES = 64 * 1024;

export interface IncomingMessages {
  /** Earlier messages are handled first. */
  start(): void;
}

/** The receiving side of a connection: handles one message after the other, with only a few in memory. */
export function openIncomingMessages(
  client: WebSocket,
  handle: (text: string) => Promise<void>,
): IncomingMessages {
  const waiting: string[] = [];
  let bytes = 0;
  let isReady = false;
  let isBusy = false;

  async function work(): Promise<void> {
    if (!isReady || isBusy) return;
    isBusy = true;
    for (let text = waiting.shift(); text !== undefined; text = waiting.shift()) {
      bytes -= text.length;
      if (client.readyState === client.OPEN) await handle(text);
    }
    isBusy = false;
    if (client.isPaused) client.resume();
  }

  client.on('message', (data: RawData) => {
    const text = data.toString();
    waiting.push(text);
    bytes += text.length;
    if (waiting.length >= MOST_WAITING || bytes > MOST_WAITING_BYTES) client.pause();
    void work();
  });
  return {
    start() {
      isReady = true;
      void work();
    },
  };
}
