/** What lists of runs are ordered by. */
export const RUN_ORDERS = ['created_at', 'updated_at', 'ended_at', 'priority', 'cost'] as const;
export type RunOrderField = (typeof RUN_ORDERS)[number];

export const DIRECTIONS = ['asc', 'desc'] as const;
export type Direction = (typeof DIRECTIONS)[number];
