import { defineEntity, p } from '@mikro-orm/core';

/**
 * The append-only logs of runs, without generated text, which is in `run_text`. No foreign key: an append always updates
 * its run row first, in the same statement, so a check per event would be redundant.
 *
 * A migration divides both tables by month, which the ORM cannot express. In the database, each partition has the
 * primary key (run_id, seq): all rows of a run are in the month of the run's row.
 */
export const RunEvent = defineEntity({
  name: 'RunEvent',
  tableName: 'run_event',
  indexes: [
    {
      name: 'run_event_owner_place',
      expression:
        'create index "run_event_owner_place" on "run_event" ("owner_id", "place") where "owner_id" is not null',
    },
    {
      name: 'run_event_session_place',
      expression:
        'create index "run_event_session_place" on "run_event" ("session_id", "place") where "session_id" is not null',
    },
  ],
  properties: {
    /** Of the run. */
    month: p.date().primary(),
    runId: p.text().primary(),
    seq: p.integer().primary(),
    attempt: p.integer(),
    type: p.text(),
    data: p.json(),
    at: p.datetime(6).defaultRaw('clock_timestamp()'),
    // Columns for feeds. Null for events that are in no feed: imported ones, and text from before it had a table.
    ownerId: p.text().nullable(),
    sessionId: p.text().nullable(),
    /** Feeds are ordered by this, then by run and seq. Never lower than `xid`. */
    place: p.string().columnType('xid8').nullable(),
    /** The transaction that wrote it. */
    xid: p.string().columnType('xid8').nullable(),
  },
});
