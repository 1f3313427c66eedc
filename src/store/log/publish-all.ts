import type { Bus } from './bus.ts';
import type { LoggedEvent } from './events.ts';

/** Publishes events of several runs after their commit, those of each run in order. */
export function publishAll(bus: Bus, events: readonly LoggedEvent[]): void {
  for (const [runId, ofRun] of Map.groupBy(events, (event) => event.runId)) bus.publish(runId, ofRun);
}
