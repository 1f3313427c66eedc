import { defineEntity, p } from '@mikro-orm/core';

/**
 * The generated text in the logs of runs: most of their rows, in no feed, and dropped before the rest. Divided like
 * `run_event`, whose numbers it shares: each `seq` of a run is in one of the two.
 */
export const RunText = defineEntity({
  name: 'RunText',
  tableName: 'run_text',
  properties: {
    /** Of the run. */
    month: p.date().primary(),
    runId: p.text().primary(),
    seq: p.integer().primary(),
    attempt: p.integer(),
    type: p.text(),
    callId: p.text(),
    text: p.text(),
    at: p.datetime(6).defaultRaw('clock_timestamp()'),
    // Of a page, which holds all events from `seq` to `last_seq`: null in a row that is one event.
    lastSeq: p.integer().nullable(),
    /** The UTF-8 bytes of `text` up to the end of each of its events. */
    ends: p
      .array((end) => Number(end))
      .columnType('int[]')
      .nullable(),
    /** When each of its events was written. */
    ats: p.array().columnType('timestamptz[]').nullable(),
  },
});

/**
 * Runs that have ended and may have text to be joined into pages. A trigger adds those with long logs. No foreign key:
 * the run may be deleted meanwhile.
 */
export const TextTicket = defineEntity({
  name: 'TextTicket',
  tableName: 'text_ticket',
  properties: {
    runId: p.text().primary(),
    /** The text up to here has been joined. */
    afterSeq: p.integer().default(0),
  },
});
