import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Creates instruments in one registry. */
export interface Instruments {
  counter<Label extends string>(name: string, help: string, labelNames?: Label[]): Counter<Label>;
  gauge<Label extends string>(name: string, help: string, labelNames?: Label[]): Gauge<Label>;
  histogram<Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    buckets: number[],
  ): Histogram<Label>;
}

export function createInstruments(registry: Registry): Instruments {
  const registers = [registry];
  return {
    counter: (name, help, labelNames = []) => new Counter({ name, help, labelNames, registers }),
    gauge: (name, help, labelNames = []) => new Gauge({ name, help, labelNames, registers }),
    histogram: (name, help, labelNames, buckets) =>
      new Histogram({ name, help, labelNames, buckets, registers }),
  };
}
