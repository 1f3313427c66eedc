import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { ON_BUSY } from '../../vocabulary.ts';
import { Session } from './session.ts';
import { timestamps } from './timestamps.ts';
import { User } from './user.ts';

/** A conversation: tasks in it are sent the turns before them. */
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
    /** What it began with; kept for its maker. */
    originalPrompt: p.text().nullable(),
    /** What kind of work it is about: an orchestration in it takes this for its own. */
    domain: p.text().nullable(),
    /** What the models are told with every turn. */
    context: p.text().nullable(),
    /** A `ThreadSummary`, and which turns it stands for: see `keepSummary`. */
    summary: p.json().nullable(),
    /** What happens to a turn that comes while an earlier one has not ended. */
    onBusy: p.enum(ON_BUSY).default('queue'),
    ...timestamps,
  },
});
export type Thread = InferEntity<typeof Thread>;
