import { defineEntity, p } from '@mikro-orm/core';
import { Run } from './run.ts';
import { Thread } from './thread.ts';

/** An unfinished run of a thread. Held runs have no row; they join the thread when they are executed. */
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
    /** Whether it waits for an earlier one; it counts as one of the run's blockers. */
    isWaiting: p.boolean(),
  },
});
