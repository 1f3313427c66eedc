import { defineEntity, p } from '@mikro-orm/core';

/**
 * The append-only log of a run. No foreign key: an append always updates its run row first, in the same
 * statement, so a check per batch of text would be redundant.
 */
export const Event = defineEntity({
  name: 'Event',
  tableName: 'event',
  indexes: [
    {
      name: 'event_owner_place',
      expression:
        'create index "event_owner_place" on "event" ("owner_id", "place") where "owner_id" is not null',
    },
    {
      name: 'event_session_place',
      expression:
        'create index "event_session_place" on "event" ("session_id", "place") where "session_id" is not null',
    },
  ],
  properties: {
    runId: p.text().primary(),
    seq: p.integer().primary(),
    attempt: p.integer(),
    type: p.text(),
    data: p.json(),
    at: p.datetime(6).defaultRaw('clock_timestamp()'),
    // Columns for feeds. Null for text, which is in no feed, so that a batch of it costs no index entry.
    ownerId: p.text().nullable(),
    sessionId: p.text().nullable(),
    /** Feeds are ordered by this, then by run and seq. Never lower than `xid`. */
    place: p.string().columnType('xid8').nullable(),
    /** The transaction that wrote it. */
    xid: p.string().columnType('xid8').nullable(),
  },
});
