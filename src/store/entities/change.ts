import { defineEntity, p } from '@mikro-orm/core';
import type { ChangedKind, ChangeType } from '../../vocabulary.ts';

/**
 * A part of feeds beside the events of runs: that an object was created, edited or deleted. At most one for each object
 * and transaction; deleted after a month.
 */
export const Change = defineEntity({
  name: 'Change',
  tableName: 'change',
  indexes: [
    { name: 'change_owner_place', properties: ['ownerId', 'place'] },
    {
      name: 'change_session_place',
      expression:
        'create index "change_session_place" on "change" ("session_id", "place") where "session_id" is not null',
    },
    { properties: ['at'] },
  ],
  properties: {
    subjectId: p.text().primary(),
    /** As of an event: feeds are ordered by this. Never lower than that of an earlier event of the same run. */
    place: p.string().columnType('xid8').primary(),
    /** The transaction that wrote it. */
    xid: p.string().columnType('xid8'),
    ownerId: p.text(),
    /** Of the session itself, or of the session that holds the object. Null: none, or the session is deleted. */
    sessionId: p.text().nullable(),
    kind: p.text().$type<ChangedKind>(),
    type: p.text().$type<ChangeType>(),
    at: p.datetime(6).defaultRaw('clock_timestamp()'),
  },
});
