/** Columns of `counter` and `counter_change` that are added up. */
export const SUMS = [
  'count',
  'failed',
  'unpriced',
  'cost',
  'input_tokens',
  'output_tokens',
  'duration_ms',
  'timed',
  'first_token_ms',
  'begun',
  'score',
  'iterations',
] as const;
export type Sum = (typeof SUMS)[number];

export const SUM_LIST = SUMS.join(', ');

/** SQL of all sums of rows that have only some of them. */
export function sumsOf(known: Partial<Record<Sum, string>>): string {
  return SUMS.map((sum) => `${known[sum] ?? '0'} as ${sum}`).join(', ');
}

/** SQL: whether rows of a group add up to nothing. */
export const IS_NOTHING = SUMS.map((sum) => `sum(${sum}) = 0`).join(' and ');
