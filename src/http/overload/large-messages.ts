import type { WebSocket } from 'ws';
import { markSentOnce } from './free-sent-buffers.ts';

/** Messages of graphql-ws whose payload is JSON already: graphql-ws would serialize 16 MB again, at once. */
export interface LargeMessages {
  /** @returns the placeholder payload for graphql-ws */
  hold(client: WebSocket, id: string, payload: Buffer): Record<string, never>;
  /** The message to send instead of one of graphql-ws; null: send that one. */
  take(client: WebSocket, message: string): Buffer | null;
}

export function createLargeMessages(): LargeMessages {
  const held = new WeakMap<WebSocket, Map<string, Buffer>>();
  return {
    hold(client, id, payload) {
      const messages = held.get(client) ?? new Map<string, Buffer>();
      held.set(client, messages);
      const message = JSON.stringify({ id, type: 'next', payload: {} });
      const head = Buffer.from(message.slice(0, -'{}}'.length));
      messages.set(message, markSentOnce(Buffer.concat([head, payload, Buffer.from('}')])));
      return {};
    },
    take(client, message) {
      const messages = held.get(client);
      const large = messages?.get(message) ?? null;
      messages?.delete(message);
      return large;
    },
  };
}
