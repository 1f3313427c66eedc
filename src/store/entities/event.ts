import { defineEntity, p } from '@mikro-orm/core';

/**
 * The append-only log of a run. No foreign key: an append always touches its run row first, in the same
 * statement, and a check per token batch would only repeat that.
 */
export const Event = defineEntity({
  name: 'Event',
  tableName: 'event',
  properties: {
    runId: p.text().primary(),
    seq: p.integer().primary(),
    attempt: p.integer(),
    type: p.text(),
    data: p.json(),
    at: p.datetime(6).defaultRaw('clock_timestamp()'),
  },
});
