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
  },
});
