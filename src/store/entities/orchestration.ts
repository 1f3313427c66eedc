import { defineEntity, p } from '@mikro-orm/core';
import type { RunError } from '../../errors.ts';
import type { ModelReference } from '../../rules/models/model-id.ts';
import type { OrchestrationResult } from '../../rules/orchestrations/orchestration.ts';
import { Run } from './run.ts';
import { Thread } from './thread.ts';

/** A prompt that models answer, evaluate and improve. */
export const Orchestration = defineEntity({
  name: 'Orchestration',
  tableName: 'orchestration',
  indexes: [
    {
      name: 'orchestration_thread',
      expression:
        'create index "orchestration_thread" on "orchestration" ("thread_id", "joined_at", "id") where "thread_id" is not null',
    },
  ],
  properties: {
    run: () => p.manyToOne(Run).primary().mapToPk().deleteRule('cascade').fieldName('id').index(false),
    prompt: p.text(),
    /** In the caller's word: `coding`, `analysis`, … */
    domain: p.text().nullable(),
    thread: () => p.manyToOne(Thread).mapToPk().nullable().index(false),
    /** Its place in the order of the thread's turns; null: it is in none. */
    joinedAt: p.datetime(6).nullable(),
    /** As they were given; which of them can answer is in `candidates`. */
    preferredModels: p.array().defaultRaw(`'{}'`),
    /** Best first, as they were found when it was started. */
    candidates: p.json<ModelReference[]>(),
    reasoning: p.text(),
    evaluationThreshold: p.double().$type<number>(),
    maxIterations: p.integer(),
    /** 0 to 1; never decreases. */
    progress: p.double().$type<number>().default(0),
    result: p.json<OrchestrationResult>().nullable(),
    error: p.json<RunError>().nullable(),
    startedAt: p.datetime(6).nullable(),
    completedAt: p.datetime(6).nullable(),
  },
});

/** One answer and what another model says about it. Its two steps are checkpoints of the run. */
export const OrchestrationRound = defineEntity({
  name: 'OrchestrationRound',
  tableName: 'orchestration_round',
  properties: {
    orchestration: () => p.manyToOne(Orchestration).primary().mapToPk().deleteRule('cascade').index(false),
    /** From 1. */
    iteration: p.integer().primary(),
    /** The model that was to answer, why, and the round whose answer it was to improve. */
    selected: p.json<ModelReference>(),
    reason: p.text(),
    improves: p.integer().nullable(),
    /** The model that did answer. */
    provider: p.text().nullable(),
    model: p.text().nullable(),
    callId: p.text().nullable(),
    response: p.text().nullable(),
    finishReason: p.text().nullable(),
    /** Why there is no answer. */
    error: p.json<RunError>().nullable(),
    evaluatorProvider: p.text().nullable(),
    evaluatorModel: p.text().nullable(),
    /** 0 to 10; null: not there yet, or the evaluation failed. */
    score: p.double().$type<number>().nullable(),
    feedback: p.text().nullable(),
    isSelfEvaluated: p.boolean().nullable(),
    evaluationError: p.json<RunError>().nullable(),
    startedAt: p.datetime(6).defaultRaw('clock_timestamp()'),
    completedAt: p.datetime(6).nullable(),
  },
});
