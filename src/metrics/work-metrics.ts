import type { Registry } from 'prom-client';
import type { Usage } from '../rules/money/money.ts';
import type { ModelCallStatus, ProviderId } from '../vocabulary.ts';
import { createInstruments } from './instruments.ts';

/** A model call that ended. */
export interface EndedCall {
  provider: ProviderId;
  status: Exclude<ModelCallStatus, 'started'>;
  error: { code: string } | null;
  usage: Usage;
  /** US dollars as decimal text; null is unknown. */
  cost: string | null;
  timeToFirstTokenMs: number | null;
  latencyMs: number;
}

export interface WorkMetrics {
  callEnded(call: EndedCall): void;
  /** @param job a known job name */
  jobFailed(job: string): void;
  /** Rows were deleted because they had expired. @param subject one of a few words for what they are */
  expired(subject: string, rows: number): void;
  /** The first that is still there has expired for so many seconds; 0: nothing has. */
  expiredFor(subject: string, seconds: number): void;
}

const FIRST_TOKEN_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const CALL_SECONDS = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

export function measureWork(registry: Registry): WorkMetrics {
  const make = createInstruments(registry);
  const calls = make.counter(
    'polyphony_model_calls_total',
    'Model calls ended; code is the error code of failed ones, and empty otherwise.',
    ['provider', 'outcome', 'code'],
  );
  const tokens = make.counter(
    'polyphony_model_tokens_total',
    'Tokens of model calls, as far as the providers reported them; cached ones are part of the input.',
    ['provider', 'type'],
  );
  const cost = make.counter(
    'polyphony_model_cost_dollars_total',
    'Cost of model calls in US dollars, as far as known.',
    ['provider'],
  );
  const unknownCosts = make.counter(
    'polyphony_model_calls_of_unknown_cost_total',
    'Model calls with unknown cost.',
    ['provider'],
  );
  const firstToken = make.histogram(
    'polyphony_model_first_token_seconds',
    'Seconds from a request to a provider to the first part of its answer.',
    ['provider'],
    FIRST_TOKEN_SECONDS,
  );
  const duration = make.histogram(
    'polyphony_model_call_duration_seconds',
    'Seconds from a request to a provider to the end of its answer, without failed and aborted calls.',
    ['provider'],
    CALL_SECONDS,
  );
  const failedJobs = make.counter(
    'polyphony_job_failures_total',
    'Jobs that failed and are retried; the failure of a run is not a failure of its job.',
    ['job'],
  );
  return {
    ...measureExpired(make),
    callEnded({ provider, status, error, usage, ...call }) {
      calls.inc({ provider, outcome: status, code: error?.code ?? '' });
      tokens.inc({ provider, type: 'input' }, usage.inputTokens ?? 0);
      tokens.inc({ provider, type: 'cached_input' }, usage.cachedInputTokens ?? 0);
      tokens.inc({ provider, type: 'cache_write' }, usage.cacheWriteTokens ?? 0);
      tokens.inc({ provider, type: 'output' }, usage.outputTokens ?? 0);
      if (call.cost === null) unknownCosts.inc({ provider });
      else cost.inc({ provider }, Number(call.cost));
      if (call.timeToFirstTokenMs !== null) firstToken.observe({ provider }, call.timeToFirstTokenMs / 1000);
      if (status === 'completed') duration.observe({ provider }, call.latencyMs / 1000);
    },
    jobFailed: (job) => failedJobs.inc({ job }),
  };
}

function measureExpired(
  make: ReturnType<typeof createInstruments>,
): Pick<WorkMetrics, 'expired' | 'expiredFor'> {
  const expired = make.counter(
    'polyphony_expired_rows_total',
    'Rows that were deleted because the time for which they are kept was over; of runs, the number of whole runs.',
    ['subject'],
  );
  const overdue = make.gauge(
    'polyphony_expired_oldest_seconds',
    'Seconds since the oldest of what has expired and is still there should have been deleted, when a worker last looked; 0 if there is nothing.',
    ['subject'],
  );
  return {
    expired: (subject, rows) => expired.inc({ subject }, rows),
    expiredFor: (subject, seconds) => overdue.set({ subject }, seconds),
  };
}
