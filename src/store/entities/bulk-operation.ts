import { defineEntity, p } from '@mikro-orm/core';
import type { RunError } from '../../errors.ts';
import type { BulkExample, BulkResult } from '../../rules/runs/bulk.ts';
import { BULK_ACTIONS } from '../../vocabulary.ts';
import { Run } from './run.ts';

/** Cancelling, retrying or deleting many runs. */
export const BulkOperation = defineEntity({
  name: 'BulkOperation',
  tableName: 'bulk',
  properties: {
    run: () => p.manyToOne(Run).primary().mapToPk().deleteRule('cascade').fieldName('id').index(false),
    action: p.enum(BULK_ACTIONS),
    /** See `BulkSettings`. */
    settings: p.json<object>(),
    /** null: a worker has not looked for the runs yet. */
    matched: p.integer().nullable(),
    done: p.integer().default(0),
    skipped: p.integer().default(0),
    failed: p.integer().default(0),
    /** The first runs of each exception. */
    examples: p.json<BulkExample[]>().defaultRaw(`'[]'`),
    /** 0 to 1; never decreases. */
    progress: p.double().$type<number>().default(0),
    result: p.json<BulkResult>().nullable(),
    error: p.json<RunError>().nullable(),
    startedAt: p.datetime(6).nullable(),
    completedAt: p.datetime(6).nullable(),
  },
});

/** Runs that a bulk operation has not come to yet. Each batch is deleted by the transaction that acts on its runs. */
export const BulkBatch = defineEntity({
  name: 'BulkBatch',
  tableName: 'bulk_batch',
  properties: {
    bulk: () => p.manyToOne(BulkOperation).primary().mapToPk().deleteRule('cascade').index(false),
    number: p.integer().primary(),
    runIds: p.array(),
    /** Of each of them. */
    kinds: p.array(),
  },
});
