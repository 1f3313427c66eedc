import { defineEntity, p } from '@mikro-orm/core';
import { Run } from './run.ts';
import { Thread } from './thread.ts';

/** A run of a thread that has not ended. There are no rows of held runs, which join when they are executed. */
export const ThreadTurn = defineEntity({
  name: 'ThreadTurn',
  tableName: 'thread_turn',
  indexes: [
    {
      name: 'thread_turn_thread',
      expression: 'create index "thread_turn_thread" on "thread_turn" ("thread_id", "joined_at")',
    },
  ],
  properties: {
    run: () => p.manyToOne(Run).primary().mapToPk().deleteRule('cascade').index(false),
    thread: () => p.manyToOne(Thread).mapToPk().deleteRule('cascade').index(false),
    /** The order of the turns: set while the thread is locked. */
    joinedAt: p.datetime(6).defaultRaw('clock_timestamp()'),
    /** Whether it waits for an earlier one; the run counts that as one of its blockers. */
    isWaiting: p.boolean(),
  },
});
