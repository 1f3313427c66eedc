import { defineEntity, p } from '@mikro-orm/core';

/** The sums of a row. Each subject uses some of them, and the others are 0. */
const sums = () => ({
  /** Runs, model calls, answers or orchestrations. */
  count: p.bigint().default('0'),
  /** Of calls: that failed, and whose cost is unknown. */
  failed: p.bigint().default('0'),
  unpriced: p.bigint().default('0'),
  /** US dollars. */
  cost: p.decimal().precision(24).scale(12).default('0'),
  inputTokens: p.bigint().default('0'),
  outputTokens: p.bigint().default('0'),
  /** Of finished runs, or of completed calls with a known duration, whose number is `timed`. */
  durationMs: p.decimal().precision(24).scale(3).default('0'),
  timed: p.bigint().default('0'),
  firstTokenMs: p.decimal().precision(24).scale(3).default('0'),
  /** Completed calls with a known time to the first token. */
  begun: p.bigint().default('0'),
  score: p.decimal().precision(24).scale(6).default('0'),
  iterations: p.bigint().default('0'),
});

/**
 * What is counted, and what `name`, `detail` and `bucket` are:
 *
 * - `run`: kind and status, of runs that are not parts
 * - `time`: durations of those that completed or failed; a bucket of `duration_bucket`; kept in `counter_histogram`
 * - `call`: provider and model
 * - `answer`: provider and model of rounds with a score
 * - `outcome`: completed orchestrations; the bucket is their score in hundredths, or -1
 * - `type`: kind of task, or `orchestration`, and the type or domain
 */
const subject = () => ({
  subject: p.text(),
  name: p.text().default(''),
  detail: p.text().default(''),
  bucket: p.integer().default(-1),
});

/** Totals, without the pending rows of `counter_change`. */
export const Counter = defineEntity({
  name: 'Counter',
  tableName: 'counter',
  properties: {
    /** Empty: the installation. */
    ownerId: p.text().primary(),
    /** Empty: the whole account; `s:` and a session's id; `l:` and a label of sessions. */
    scope: p.text().primary(),
    /** `hour`, `day`, `all`; of histograms also `month`. */
    grain: p.text().primary(),
    /** When the hour or day in UTC begins; 1970 for `all`. Work counts for the hour of its run's creation. */
    at: p.datetime(6).primary(),
    subject: p.text().primary(),
    name: p.text().primary().default(''),
    detail: p.text().primary().default(''),
    bucket: p.integer().primary().default(-1),
    ...sums(),
  },
});

/**
 * Durations of runs, as in `Counter`: for each bucket, how many there are, and their sum in microseconds. A row for each
 * bucket would be ten times as long.
 */
export const CounterHistogram = defineEntity({
  name: 'CounterHistogram',
  tableName: 'counter_histogram',
  properties: {
    ownerId: p.text().primary(),
    scope: p.text().primary(),
    grain: p.text().primary(),
    at: p.datetime(6).primary(),
    /** In ascending order. */
    buckets: p.array().columnType('int[]'),
    counts: p.array().columnType('bigint[]'),
    micros: p.array().columnType('bigint[]'),
  },
});

/**
 * Pending changes of counters: inserted by triggers in the transaction that changes what is counted, so that
 * transactions never wait for each other. Workers add them to `counter` every second.
 */
export const CounterChange = defineEntity({
  name: 'CounterChange',
  tableName: 'counter_change',
  properties: {
    ownerId: p.text().primary(),
    /** From a sequence, by a default that the migration sets. */
    id: p.bigint().primary().autoincrement(false),
    sessionId: p.text().nullable(),
    userLabel: p.text().nullable(),
    at: p.datetime(6),
    ...subject(),
    /** The sums that change; others are null. */
    count: p.bigint().nullable(),
    failed: p.bigint().nullable(),
    unpriced: p.bigint().nullable(),
    cost: p.decimal().precision(24).scale(12).nullable(),
    inputTokens: p.bigint().nullable(),
    outputTokens: p.bigint().nullable(),
    durationMs: p.decimal().precision(24).scale(3).nullable(),
    timed: p.bigint().nullable(),
    firstTokenMs: p.decimal().precision(24).scale(3).nullable(),
    begun: p.bigint().nullable(),
    score: p.decimal().precision(24).scale(6).nullable(),
    iterations: p.bigint().nullable(),
  },
});
