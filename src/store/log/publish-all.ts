import type { Bus } from './bus.ts';
import type { LoggedEvent } from './events.ts';

/** Tells of events of several runs, each run's in order; after their commit. */
export function publishAll(bus: Bus, events: readonly LoggedEvent[]): void {
  for (const [runId, ofRun] of Map.groupBy(events, (event) => event.runId)) bus.publish(runId, ofRun);
}
