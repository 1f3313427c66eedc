import { createClient } from 'redis';
import { coerceError } from '../../errors.ts';

/** Beyond this many unanswered commands, further ones are rejected at once. */
const MAX_UNANSWERED = 10_000;
const LONGEST_RECONNECT_MS = 500;

/**
 * A client that keeps reconnecting, and neither queues commands while Redis is unavailable nor ends the
 * process.
 * @param onAway called once each time that Redis becomes unavailable
 */
export function connectRedis(url: string, onAway: (reason: string) => void) {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    commandsQueueMaxLength: MAX_UNANSWERED,
    socket: { reconnectStrategy: (retries) => Math.min(50 * (retries + 1), LONGEST_RECONNECT_MS) },
  });
  let isTold = false;
  client.on('error', (error) => {
    if (!isTold) onAway(coerceError(error).message);
    isTold = true;
  });
  client.on('ready', () => {
    isTold = false;
  });
  client.connect().catch(() => {});
  return client;
}
