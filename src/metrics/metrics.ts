import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Store } from '../store/store.ts';
import { type HttpMetrics, measureHttp } from './http-metrics.ts';
import { meterBus } from './metered-bus.ts';
import { measureRuns, type RunMetrics } from './run-metrics.ts';
import { measureStore } from './store-metrics.ts';
import { measureWork, type WorkMetrics } from './work-metrics.ts';

/** Metrics of a process for Prometheus. Every label has a closed set of values. */
export interface Metrics {
  http: HttpMetrics;
  work: WorkMetrics;
  /** Returns a store that counts what goes through it; use it instead of the given one. */
  measure<Measured extends Store>(store: Measured): Measured;
  /** All metrics in the text format of Prometheus, with the current values from the database. */
  render(): Promise<string>;
  contentType: string;
}

export function createMetrics(version: string): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  reportVersion(registry, version);
  const runs: RunMetrics = measureRuns(registry);
  let refresh = async (): Promise<void> => {};
  return {
    http: measureHttp(registry),
    work: measureWork(registry),
    measure(store) {
      refresh = measureStore(registry, store);
      return { ...store, bus: meterBus(store.bus, runs) };
    },
    async render() {
      await refresh();
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}

function reportVersion(registry: Registry, version: string): void {
  const gauge = new Gauge({
    name: 'polyphony_info',
    help: 'Always 1; the version is a label.',
    labelNames: ['version'],
    registers: [registry],
  });
  gauge.set({ version }, 1);
}
