import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { RUN_KINDS, RUN_STATUSES } from '../../vocabulary.ts';
import { BUSY, FINISHED, LISTED, OPEN, UNTAKEN } from './run-statuses.ts';
import { Session } from './session.ts';
import { timestamps } from './timestamps.ts';
import { User } from './user.ts';

/** SQL: the end of a run for the order of a list; one that has not ended comes after all that have. */
export const END_ORDER = `coalesce(ended_at, 'infinity'::timestamptz)`;

/** What an account's runs of a kind are listed by, besides `created_at`. */
const LISTED_BY = {
  updated: '"updated_at"',
  ended: `(${END_ORDER})`,
  priority: '"priority"',
  cost: '"known_cost"',
};

/**
 * The authoritative state of a run; narrow and hot. `last_seq` changes with every flush of its log, so no
 * column that a flush changes is indexed (its updates stay heap-only, with half of each page kept free for
 * them).
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
    ...Object.entries(LISTED_BY).map(([order, column]) => ({
      name: `run_listed_${order}`,
      expression: `create index "run_listed_${order}" on "run" ("owner_id", "kind", ${column} desc, "id" desc) where "parent_id" is null`,
    })),
    {
      // Not of those that a run has on its way to success: a list of them is read by other indexes.
      name: 'run_listed_status',
      expression: `create index "run_listed_status" on "run" ("owner_id", "kind", "status", "created_at" desc, "id" desc) where "parent_id" is null and "status" ${LISTED}`,
    },
    {
      name: 'run_session_created',
      expression:
        'create index "run_session_created" on "run" ("session_id", "created_at" desc, "id" desc) where "session_id" is not null',
    },
    {
      name: 'run_owner_ended',
      expression: `create index "run_owner_ended" on "run" ("owner_id", "created_at" desc) where "kind" = 'task' and "status" ${FINISHED}`,
    },
    {
      name: 'run_agent_ended',
      expression: `create index "run_agent_ended" on "run" ("owner_id", "agent_id", "ended_at" desc) where "agent_id" is not null and "status" ${FINISHED}`,
    },
    {
      name: 'run_agent_busy',
      expression: `create index "run_agent_busy" on "run" ("owner_id", "agent_id") where "agent_id" is not null and "status" ${BUSY}`,
    },
    {
      // Of all accounts. Not by status: lists of an account that name one might be read by it.
      name: 'run_timed',
      expression: `create index "run_timed" on "run" ("created_at" desc) where "kind" = 'task' and "parent_id" is null and "duration_ms" is not null`,
    },
    {
      // Finds the next run of an account, and counts its waiting runs.
      name: 'run_next',
      expression: `create index "run_next" on "run" ("owner_id", "blockers", "priority" desc, "ready_at", "id") where "status" = 'queued'`,
    },
    {
      name: 'run_running',
      expression: `create index "run_running" on "run" ("owner_id") where "status" = 'running'`,
    },
    {
      name: 'run_unfinished_orchestration',
      expression: `create index "run_unfinished_orchestration" on "run" ("owner_id") where "kind" = 'orchestration' and "status" ${OPEN}`,
    },
    {
      name: 'run_ready_bulk',
      expression: `create index "run_ready_bulk" on "run" ("ready_at") where "kind" = 'bulk' and "status" = 'queued'`,
    },
    {
      name: 'run_deferred',
      expression: `create index "run_deferred" on "run" ("deferred_until") where "deferred_until" is not null`,
    },
    {
      name: 'run_expiring',
      expression: `create index "run_expiring" on "run" ("expires_at") where "expires_at" is not null and "status" ${UNTAKEN}`,
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
    /**
     * The first day, in UTC, of the month in which it was created; its log is in the partitions of that month. Fixed, and
     * `-infinity` for runs that were there before logs were divided.
     */
    month: p.date().defaultRaw(`date_trunc('month', now() at time zone 'utc')::date`),
    kind: p.enum(RUN_KINDS),
    owner: () => p.manyToOne(User).mapToPk(),
    session: () => p.manyToOne(Session).mapToPk().nullable().deleteRule('no action').index(false),
    origin: p.text(),
    status: p.enum(RUN_STATUSES),
    /** 1-10; of an account's runs, higher numbers run first. */
    priority: p.integer().default(5),
    /**
     * Raised when a worker takes the run over or the run ends; a write with an older epoch changes nothing.
     */
    epoch: p.integer().default(0),
    /** 0 until first started; increases whenever its text starts over. */
    attempt: p.integer().default(0),
    workerId: p.text().nullable(),
    /** Chosen by the worker that took it, to find a claim whose response was lost. */
    claim: p.bigint().nullable(),
    /** When it last became ready; set by a trigger. */
    readyAt: p.datetime(6).nullable().defaultRaw('clock_timestamp()'),
    /** Number of workers lost while they held the run. */
    losses: p.integer().default(0),
    lastSeq: p.integer().default(0),
    /**
     * The position in the feeds of its last event that is in one: the highest transaction id that wrote such
     * an event.
     */
    place: p.string().columnType('xid8').defaultRaw('pg_current_xact_id()'),
    /** Batches of text written under the current epoch; identifies repeated writes. */
    written: p.integer().default(0),
    /** Number of runs that have to complete before this one may start. */
    blockers: p.integer().default(0),
    /** When its provider was first found unavailable; obsolete once a later checkpoint was written. */
    unavailableSince: p.datetime(6).nullable(),
    /** A deferred run counts as blocked until this time. */
    deferredUntil: p.datetime(6).nullable(),
    /** The earliest time at which the run starts. While that is in the future, the run is deferred until then. */
    startAt: p.datetime(6).nullable(),
    /** The run fails at this time, unless it has started. */
    expiresAt: p.datetime(6).nullable(),
    /** The run that this one is part of; it is woken when this one ends. */
    parentId: p.text().nullable(),
    /** Whether other runs wait for this one; its end then releases or fails them. */
    hasDependents: p.boolean().default(false),
    /** Number of user messages received so far. */
    inputs: p.integer().default(0),
    cancelReason: p.text().nullable(),
    /** Given by clients, to find runs by. */
    tags: p.array().defaultRaw(`'{}'`),
    /** Given by clients, and stored unchanged. */
    metadata: p.json<Record<string, unknown>>().nullable(),
    /** Set by a trigger, as `completed_at` of its kind's table: lists of all kinds are ordered by it. */
    endedAt: p.datetime(6).nullable(),
    /**
     * US dollars: the known costs of its own model calls, or, of an execution that has ended, those of its parts
     * at that time. Kept by triggers, for lists that are ordered by it.
     */
    knownCost: p.decimal().precision(24).scale(12).default('0'),
    /** Of a run that completed or failed, from its start to its end; null if it has not started. Set by a trigger. */
    durationMs: p.decimal().precision(18).scale(3).nullable(),
    /**
     * Of a task of an agent, as in its table, to find those of one account by: a built-in agent works for all. It stays when
     * the agent is deleted.
     */
    agentId: p.text().nullable(),
    /** Of a part: when the run that it is part of was created, for whose hour its model calls count. */
    wholeCreatedAt: p.datetime(6).nullable(),
    /** UTF-8 bytes stored for the run: input, events, checkpoints, result and artifacts. */
    bytes: p.bigint().default('0'),
    /**
     * The part of `bytes` included in the owner's usage. Triggers update it every 16 KB and when the run
     * ends.
     */
    countedBytes: p.bigint().default('0'),
    ...timestamps,
  },
});
export type Run = InferEntity<typeof Run>;
