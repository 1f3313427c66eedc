import { openServerSentEvents } from './server-sent-events.ts';
import type { Tokens } from './tokens.ts';
import type { Transport } from './transport.ts';
import { openWebSocket } from './websocket.ts';

export type TransportName = 'websocket' | 'sse';

interface Choice {
  next(): Transport;
  close(): void;
}

/**
 * Of a client that prefers WebSockets, attempts alternate between both transports until one of them has connected, and
 * stay with that one: some networks let no WebSocket through.
 */
export function chooseTransport(url: string, tokens: Tokens, preferred: TransportName): Choice {
  const opened = new Map<TransportName, Transport>();
  let attempts = 0;
  let working: TransportName | null = preferred === 'sse' ? 'sse' : null;
  const OPEN = { websocket: openWebSocket, sse: openServerSentEvents };

  function open(name: TransportName): Transport {
    const transport = OPEN[name](url, tokens, () => {
      working ??= name;
    });
    opened.set(name, transport);
    return transport;
  }
  return {
    next() {
      const name = working ?? (attempts % 2 === 0 ? 'websocket' : 'sse');
      attempts += 1;
      return opened.get(name) ?? open(name);
    },
    close() {
      for (const transport of opened.values()) transport.close();
    },
  };
}
