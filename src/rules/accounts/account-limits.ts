/**
 * Limits on runs that an admin can set for an account, with what applies unless one is set; null: no limit. Stored
 * amounts have quotas (`store/accounts/quotas.ts`), and cost has a budget (`store/money/budgets.ts`).
 */
export const ACCOUNT_LIMITS = {
  /** Number of runs that are executed at the same time. */
  maxConcurrentRuns: { unlessSet: null },
  /** Number of QUEUED runs. */
  maxQueuedRuns: { unlessSet: 10_000 },
} as const satisfies Record<string, { unlessSet: number | null }>;

export type AccountLimit = keyof typeof ACCOUNT_LIMITS;

/** The highest value that can be set. */
export const MAX_ACCOUNT_LIMIT = 1_000_000_000;
