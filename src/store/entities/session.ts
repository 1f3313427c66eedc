import { defineEntity, p } from '@mikro-orm/core';
import type { SessionSettings } from '../../rules/sessions/session.ts';
import { type Origin, SESSION_STATUSES } from '../../vocabulary.ts';
import { timestamps } from './timestamps.ts';
import { User } from './user.ts';

/** A user's working context: tasks and threads, a working directory, and a cost limit (its budget). */
export const Session = defineEntity({
  name: 'Session',
  tableName: 'session',
  indexes: [
    {
      name: 'session_owner_created',
      expression:
        'create index "session_owner_created" on "session" ("owner_id", "created_at" desc, "id" desc)',
    },
    {
      name: 'session_owner_label',
      expression:
        'create index "session_owner_label" on "session" ("owner_id", "user_label") where "user_label" is not null',
    },
  ],
  properties: {
    id: p.text().primary(),
    owner: () => p.manyToOne(User).mapToPk().index(false),
    origin: p.text().$type<Origin>(),
    name: p.text().nullable(),
    description: p.text().nullable(),
    status: p.enum(SESSION_STATUSES).default('active'),
    settings: p.json<SessionSettings>().defaultRaw(`'{}'::jsonb`),
    workingDirectory: p.text().nullable(),
    /** The working directory as the client named it; null: it named none. */
    namedDirectory: p.text().nullable(),
    /** The label given by a client with users of its own. */
    userLabel: p.text().nullable(),
    /** When it was completed; null if it is not. */
    endedAt: p.datetime(6).nullable(),
    ...timestamps,
  },
});
