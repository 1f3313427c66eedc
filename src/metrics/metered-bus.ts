import type { Bus } from '../store/log/bus.ts';
import type { RunMetrics } from './run-metrics.ts';

/** Who has committed an event publishes it, and nobody else does: so each is counted once, by one process. */
export function meterBus(bus: Bus, runs: RunMetrics): Bus {
  return {
    ...bus,
    publish(runId, events) {
      for (const event of events) runs.count(event);
      bus.publish(runId, events);
    },
  };
}
