import { createClient } from 'redis';
import { coerceError } from '../../errors.ts';

/** Beyond this many commands that Redis has not answered, more are refused at once. */
const MAX_UNANSWERED = 10_000;
const LONGEST_RECONNECT_MS = 500;

/**
 * A client that keeps trying, and neither queues while Redis is away nor ends the process.
 * @param onAway called once each time that Redis goes away
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
