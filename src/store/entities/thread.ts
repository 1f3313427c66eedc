import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { ON_BUSY } from '../../vocabulary.ts';
import { Session } from './session.ts';
import { timestamps } from './timestamps.ts';
import { User } from './user.ts';

/** A conversation: its tasks are sent the turns before them. */
export const Thread = defineEntity({
  name: 'Thread',
  tableName: 'thread',
  indexes: [
    {
      name: 'thread_owner_created',
      expression:
        'create index "thread_owner_created" on "thread" ("owner_id", "created_at" desc, "id" desc)',
    },
    {
      name: 'thread_session_created',
      expression:
        'create index "thread_session_created" on "thread" ("session_id", "created_at" desc, "id" desc) where "session_id" is not null',
    },
  ],
  properties: {
    id: p.text().primary(),
    owner: () => p.manyToOne(User).mapToPk().index(false),
    session: () => p.manyToOne(Session).mapToPk().nullable().deleteRule('no action').index(false),
    title: p.text().nullable(),
    /** The first message; stored only. */
    originalPrompt: p.text().nullable(),
    /** The type of work; the default for its orchestrations. */
    domain: p.text().nullable(),
    /** Instructions sent to the models with every turn. */
    context: p.text().nullable(),
    /** A `ThreadSummary`, and the turns it replaces: see `saveSummary`. */
    summary: p.json<object>().nullable(),
    /** What happens to a new turn while an earlier one has not ended. */
    onBusy: p.enum(ON_BUSY).default('queue'),
    ...timestamps,
  },
});
export type Thread = InferEntity<typeof Thread>;
