import { setTimeout as wait } from 'node:timers/promises';

/** What follows the end of one request, a job that is put away and a connection given back, is not the next one's time. */
export function untilQuiet(): Promise<void> {
  return wait(20);
}
