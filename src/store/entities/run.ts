import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { RUN_KINDS, RUN_STATUSES } from '../../vocabulary.ts';
import { Session } from './session.ts';
import { timestamps } from './timestamps.ts';
import { User } from './user.ts';

/**
 * The truth about a run; narrow and hot. `last_seq` changes with every flush of its log, so nothing that a
 * flush changes is indexed (its updates stay heap-only, with half of each page kept free for them).
 */
export const Run = defineEntity({
  name: 'Run',
  tableName: 'run',
  indexes: [
    {
      name: 'run_owner_whole',
      expression:
        'create index "run_owner_whole" on "run" ("owner_id", "kind", "created_at" desc, "id" desc) where "parent_id" is null',
    },
    {
      name: 'run_session_created',
      expression:
        'create index "run_session_created" on "run" ("session_id", "created_at" desc, "id" desc) where "session_id" is not null',
    },
    {
      name: 'run_owner_ended',
      expression: `create index "run_owner_ended" on "run" ("owner_id", "created_at" desc) where "kind" = 'task' and "status" in ('completed', 'failed')`,
    },
    {
      // The next run of an account that a worker takes, and how many of its runs wait.
      name: 'run_next',
      expression: `create index "run_next" on "run" ("owner_id", "blockers", "priority" desc, "ready_at", "id") where "status" = 'queued'`,
    },
    {
      name: 'run_running',
      expression: `create index "run_running" on "run" ("owner_id") where "status" = 'running'`,
    },
    {
      name: 'run_unfinished_orchestration',
      expression: `create index "run_unfinished_orchestration" on "run" ("owner_id") where "kind" = 'orchestration' and "status" in ('pending', 'queued', 'running', 'waiting')`,
    },
    {
      name: 'run_deferred',
      expression: `create index "run_deferred" on "run" ("deferred_until") where "deferred_until" is not null`,
    },
    {
      name: 'run_worker',
      expression: `create index "run_worker" on "run" ("worker_id") where "worker_id" is not null`,
    },
    {
      name: 'run_parent',
      expression: `create index "run_parent" on "run" ("parent_id") where "parent_id" is not null`,
    },
  ],
  properties: {
    id: p.text().primary(),
    kind: p.enum(RUN_KINDS),
    owner: () => p.manyToOne(User).mapToPk(),
    session: () => p.manyToOne(Session).mapToPk().nullable().deleteRule('no action').index(false),
    origin: p.text(),
    status: p.enum(RUN_STATUSES),
    /** 1-10; of an account's runs, a higher number runs first. */
    priority: p.integer().default(5),
    /** Raised by whoever takes the run over or ends it; a write with an older epoch touches nothing. */
    epoch: p.integer().default(0),
    /** 0 until first started; rises with every restart of its text. */
    attempt: p.integer().default(0),
    workerId: p.text().nullable(),
    /** Chosen by the worker that took it: a claim whose answer was lost is found again by it. */
    claim: p.bigint().nullable(),
    /** When it last became ready for a worker to take; set by a trigger. */
    readyAt: p.datetime(6).nullable().defaultRaw('clock_timestamp()'),
    /** How often a worker was lost while it had the run. */
    losses: p.integer().default(0),
    lastSeq: p.integer().default(0),
    /** The place in the feeds of its last event that has one: the highest transaction that wrote such an event. */
    place: p.string().columnType('xid8').defaultRaw('pg_current_xact_id()'),
    /** Batches of text written under the present epoch; a write that is repeated is known by it. */
    written: p.integer().default(0),
    /** Runs that have to complete before this one may start. */
    blockers: p.integer().default(0),
    /** When its provider was first found unavailable; stale once a later checkpoint was written. */
    unavailableSince: p.datetime(6).nullable(),
    /** A deferred run counts as blocked until this time. */
    deferredUntil: p.datetime(6).nullable(),
    /** The run that this one is a part of; it is woken by this one's end. */
    parentId: p.text().nullable(),
    /** Whether others wait for this one; its end then releases or fails them. */
    hasDependents: p.boolean().default(false),
    /** What people have told it while it is at work. */
    inputs: p.integer().default(0),
    cancelReason: p.text().nullable(),
    /** UTF-8 bytes stored for the run: input, events, checkpoints, result and artifacts. */
    bytes: p.bigint().default('0'),
    /** The part of `bytes` that the owner's usage includes. Triggers update it every 16 KB and when the run ends. */
    countedBytes: p.bigint().default('0'),
    ...timestamps,
  },
});
export type Run = InferEntity<typeof Run>;
