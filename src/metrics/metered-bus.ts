import type { Bus } from '../store/log/bus.ts';
import type { RunMetrics } from './run-metrics.ts';

/** An event is published only by the process that committed it, so each is counted once. */
export function meterBus(bus: Bus, runs: RunMetrics): Bus {
  return {
    ...bus,
    publish(runId, events) {
      for (const event of events) runs.count(event);
      bus.publish(runId, events);
    },
  };
}
