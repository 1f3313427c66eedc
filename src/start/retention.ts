import type { Retained } from '../vocabulary.ts';
import type { Environment } from './variables.ts';

/** Days for which data is kept; null: until it is deleted. */
export interface RetentionConfig extends Record<Retained, number | null> {
  /** Jobs whose last attempt failed. */
  failedJobs: number;
}

export function readRetention(env: Environment): RetentionConfig {
  return {
    text: env.RETENTION_TEXT_DAYS ?? null,
    events: env.RETENTION_EVENTS_DAYS ?? null,
    artifacts: env.RETENTION_ARTIFACTS_DAYS ?? null,
    idempotencyKeys: env.RETENTION_IDEMPOTENCY_KEYS_DAYS ?? null,
    runs: env.RETENTION_RUNS_DAYS ?? null,
    deliveries: env.RETENTION_DELIVERIES_DAYS,
    failedJobs: env.RETENTION_FAILED_JOBS_DAYS,
  };
}
