import { type EventType, RUN_KINDS, TASK_KINDS } from '../../vocabulary.ts';
import { FinishReasonEnum, ProviderEnum, QueueReasonEnum, RunKindEnum } from '../builder/enums.ts';
import { RunErrorType } from '../runs/run-error.ts';
import { TaskKindEnum } from '../runs/task-enums.ts';
import { AGENT_EVENTS } from './agent-events.ts';
import { ArtifactSaved } from './artifact-event.ts';
import { StepFailed, StepSkipped, StepTaskCreated } from './execution-step-event.ts';
import { ORCHESTRATION_EVENTS } from './orchestration-events.ts';
import { event, RunEvent } from './run-event.ts';
import { StepCompleted, StepStarted } from './step-event.ts';

/** Every fact has its type here; the list in vocabulary.ts says which. */
const EVENTS = {
  ...AGENT_EVENTS,
  ...ORCHESTRATION_EVENTS,
  RunCreated: event('RunCreated').implement({
    interfaces: [RunEvent],
    description: 'The run was made.',
    fields: (t) => ({
      runKind: t.field({
        type: RunKindEnum,
        description: 'What it is.',
        resolve: ({ data }) => (isOneOf(RUN_KINDS, data.kind) ? data.kind : 'task'),
      }),
      kind: t.field({
        type: TaskKindEnum,
        nullable: true,
        description: 'Of a task.',
        resolve: ({ data }) => (isOneOf(TASK_KINDS, data.kind) ? data.kind : null),
      }),
    }),
  }),
  ModelSelected: event('ModelSelected').implement({
    interfaces: [RunEvent],
    description: 'A model was chosen: because the caller named none, or for a round of an orchestration.',
    fields: (t) => ({
      provider: t.field({
        type: ProviderEnum,
        description: 'Who serves it.',
        resolve: ({ data }) => data.provider,
      }),
      model: t.string({ description: 'The chosen one.', resolve: ({ data }) => data.model }),
      reason: t.string({ description: 'Why it was chosen.', resolve: ({ data }) => data.reason }),
      alternatives: t.stringList({
        description: 'What else could have been chosen, as `provider/model`, best first.',
        resolve: ({ data }) => data.alternatives,
      }),
    }),
  }),
  RunQueued: event('RunQueued').implement({
    interfaces: [RunEvent],
    description:
      'The run entered the queue: it was held, had failed, its dependencies completed, the previous turn of its thread ended, or its provider is unavailable.',
    fields: (t) => ({
      reason: t.field({ type: QueueReasonEnum, description: 'Why.', resolve: ({ data }) => data.reason }),
    }),
  }),
  RunStarted: event('RunStarted').implement({
    interfaces: [RunEvent],
    description: 'A worker began to carry the run out.',
  }),
  AttemptStarted: event('AttemptStarted').implement({
    interfaces: [RunEvent],
    description: 'The text of a model call no longer counts; it is asked for again.',
    fields: (t) => ({
      reason: t.string({
        description:
          '`resumed`: its worker went away, or it was retried. `provider_error`: its provider failed. `output_invalid`: the answer did not meet the response schema. `context_compacted`: the text was a summary of older turns, not an answer.',
        resolve: ({ data }) => data.reason,
      }),
      voidCallId: t.string({
        nullable: true,
        description: 'The model call whose text is void.',
        resolve: ({ data }) => data.voidCallId,
      }),
    }),
  }),
  ModelCallStarted: event('ModelCallStarted').implement({
    interfaces: [RunEvent],
    description: 'A request to a provider is about to be made.',
    fields: (t) => ({
      callId: t.string({ description: 'Id of the model call.', resolve: ({ data }) => data.callId }),
      provider: t.field({
        type: ProviderEnum,
        description: 'Who is asked.',
        resolve: ({ data }) => data.provider,
      }),
      model: t.string({ description: 'Which model.', resolve: ({ data }) => data.model }),
    }),
  }),
  TokensGenerated: event('TokensGenerated').implement({
    interfaces: [RunEvent],
    description: 'A piece of text, of one token or of several. The pieces of a call, in order, are its text.',
    fields: (t) => ({
      text: t.string({
        description: 'To be appended to what came before.',
        resolve: ({ data }) => data.text,
      }),
      callId: t.string({
        description: 'The model call that it belongs to.',
        resolve: ({ data }) => data.callId,
      }),
    }),
  }),
  ReasoningGenerated: event('ReasoningGenerated').implement({
    interfaces: [RunEvent],
    description: "A piece of a model's reasoning; not part of its answer.",
    fields: (t) => ({
      text: t.string({
        description: 'To be appended to what came before.',
        resolve: ({ data }) => data.text,
      }),
      callId: t.string({
        description: 'The model call that it belongs to.',
        resolve: ({ data }) => data.callId,
      }),
    }),
  }),
  ModelCallCompleted: event('ModelCallCompleted').implement({
    interfaces: [RunEvent],
    description: 'A provider answered to the end.',
    fields: (t) => ({
      callId: t.string({ description: 'Id of the model call.', resolve: ({ data }) => data.callId }),
      finishReason: t.field({
        type: FinishReasonEnum,
        description: 'Why the model stopped.',
        resolve: ({ data }) => data.finishReason,
      }),
      inputTokens: t.int({
        nullable: true,
        description: 'Null: not told.',
        resolve: ({ data }) => data.inputTokens,
      }),
      outputTokens: t.int({
        nullable: true,
        description: 'Null: not told.',
        resolve: ({ data }) => data.outputTokens,
      }),
      cost: t.float({
        nullable: true,
        description: 'US dollars; null: unknown.',
        resolve: ({ data }) => data.cost,
      }),
    }),
  }),
  ModelCallFailed: event('ModelCallFailed').implement({
    interfaces: [RunEvent],
    description: 'A provider failed.',
    fields: (t) => ({
      callId: t.string({ description: 'Id of the model call.', resolve: ({ data }) => data.callId }),
      error: t.field({
        type: RunErrorType,
        description: 'How it failed.',
        resolve: ({ data }) => data.error,
      }),
      willRetry: t.boolean({
        description: 'Whether it is tried again; `AttemptStarted` tells when.',
        resolve: ({ data }) => data.willRetry,
      }),
    }),
  }),
  StepStarted,
  StepTaskCreated,
  StepCompleted,
  StepFailed,
  StepSkipped,
  ArtifactSaved,
  ProgressMade: event('ProgressMade').implement({
    interfaces: [RunEvent],
    description: 'The run came further.',
    fields: (t) => ({
      progress: t.float({ description: '0 to 1; never falls.', resolve: ({ data }) => data.progress }),
    }),
  }),
  RunCompleted: event('RunCompleted').implement({
    interfaces: [RunEvent],
    description: 'The run ended well. The last event of its log.',
    fields: (t) => ({
      result: t.field({
        type: 'JSON',
        description:
          '`output` is the whole text. Of an execution it is that of its last step, with `steps`, the outputs of all. Of an orchestration it is the best answer, with `score`, `bestIteration`, `iterations`, `stopReason`, `cost` and `costComplete`.',
        resolve: ({ data }) => data.result,
      }),
    }),
  }),
  RunFailed: event('RunFailed').implement({
    interfaces: [RunEvent],
    description: 'The run ended with an error. The last event of its log.',
    fields: (t) => ({
      error: t.field({ type: RunErrorType, description: 'Why.', resolve: ({ data }) => data.error }),
    }),
  }),
  RunCancelled: event('RunCancelled').implement({
    interfaces: [RunEvent],
    description: 'The run was cancelled. The last event of its log.',
    fields: (t) => ({
      reason: t.string({
        nullable: true,
        description: 'As it was given.',
        resolve: ({ data }) => data.reason,
      }),
    }),
  }),
} satisfies Record<EventType, unknown>;

/** The schema knows them by their names. */
export type EventObjectTypes = typeof EVENTS;

function isOneOf<Word extends string>(words: readonly Word[], word: string): word is Word {
  return (words as readonly string[]).includes(word);
}
