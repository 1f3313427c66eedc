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
    /** As named by the client: `coding`, `analysis`, … */
    domain: p.text().nullable(),
    thread: () => p.manyToOne(Thread).mapToPk().nullable().index(false),
    /** Its position among the turns of the thread; null: it is in none. */
    joinedAt: p.datetime(6).nullable(),
    /** As given; `candidates` contains those that can answer. */
    preferredModels: p.array().defaultRaw(`'{}'`),
    /** Best first, as determined at its creation. */
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

/** An answer and its evaluation. Both steps are checkpoints of the run. */
export const OrchestrationRound = defineEntity({
  name: 'OrchestrationRound',
  tableName: 'orchestration_round',
  properties: {
    orchestration: () => p.manyToOne(Orchestration).primary().mapToPk().deleteRule('cascade').index(false),
    /** From 1. */
    iteration: p.integer().primary(),
    /** The model selected to answer, why, and the round whose answer it improves. */
    selected: p.json<ModelReference>(),
    reason: p.text(),
    improves: p.integer().nullable(),
    /** The model that answered. */
    provider: p.text().nullable(),
    model: p.text().nullable(),
    callId: p.text().nullable(),
    response: p.text().nullable(),
    finishReason: p.text().nullable(),
    /** Why there is no answer. */
    error: p.json<RunError>().nullable(),
    evaluatorProvider: p.text().nullable(),
    evaluatorModel: p.text().nullable(),
    /** 0 to 10; null: not yet available, or the evaluation failed. */
    score: p.double().$type<number>().nullable(),
    feedback: p.text().nullable(),
    isSelfEvaluated: p.boolean().nullable(),
    evaluationError: p.json<RunError>().nullable(),
    startedAt: p.datetime(6).defaultRaw('clock_timestamp()'),
    completedAt: p.datetime(6).nullable(),
  },
});
