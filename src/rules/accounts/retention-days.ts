import type { Retained } from '../../vocabulary.ts';

/** The highest number of days for which something can be kept, which is a hundred years. */
export const MAX_DAYS = 36_500;

/** Cursors of feeds are accepted for 30 days, and lead to events. */
export const MIN_EVENT_DAYS = 31;

/** The lowest number of days that can be set. */
export const MIN_DAYS = {
  text: 1,
  events: MIN_EVENT_DAYS,
  artifacts: 1,
  idempotencyKeys: 1,
  runs: 1,
  deliveries: 1,
} as const satisfies Record<Retained, number>;
