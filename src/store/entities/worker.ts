import { defineEntity, p } from '@mikro-orm/core';
import type { SandboxState } from '../../vocabulary.ts';

/** A live worker process. It also holds a session advisory lock named by its id. */
export const Worker = defineEntity({
  name: 'Worker',
  tableName: 'worker',
  properties: {
    id: p.text().primary(),
    /** The names under which graphile-worker locks this worker's jobs. */
    poolIds: p.array().default([]),
    /** Where commands of its runs are executed. */
    sandbox: p.text().$type<SandboxState>().default('unavailable'),
    startedAt: p.datetime(6).defaultRaw('clock_timestamp()'),
    beatAt: p.datetime(6).defaultRaw('clock_timestamp()'),
  },
});
