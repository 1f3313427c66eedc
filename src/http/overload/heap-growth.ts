import { setFlagsFromString } from 'node:v8';

/**
 * Percent by which the heap may grow between two full garbage collections. By default V8 lets a small heap
 * grow to several times its size; responses of 16 MB then leave a few hundred megabytes of garbage.
 */
const GROWTH_PERCENT = 20;

/** V8 reads the flag after each full garbage collection, so it may be set while the process runs. */
export function limitHeapGrowth(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}
