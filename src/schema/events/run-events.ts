import { type EventType, RUN_KINDS, TASK_KINDS } from '../../vocabulary.ts';
import { QueueReasonEnum, RestartReasonEnum, RunKindEnum } from '../builder/enums.ts';
import { globalId } from '../builder/global-id.ts';
import { FinishReasonEnum, ProviderEnum } from '../builder/model-enums.ts';
import { RunErrorType } from '../runs/run-error.ts';
import { TaskKindEnum } from '../runs/task-enums.ts';
import { AGENT_EVENTS } from './agent-events.ts';
import { ArtifactSaved } from './artifact-event.ts';
import { StepFailed, StepSkipped, StepTaskCreated } from './execution-step-event.ts';
import { EXPIRY_EVENTS } from './expiry-events.ts';
import { ORCHESTRATION_EVENTS } from './orchestration-events.ts';
import { event, RunEvent } from './run-event.ts';
import { StepCompleted, StepStarted } from './step-event.ts';

/** One type per event; EVENT_TYPES in vocabulary.ts lists them. */
const EVENTS = {
  ...AGENT_EVENTS,
  ...ORCHESTRATION_EVENTS,
  ...EXPIRY_EVENTS,
  RunCreated: event('RunCreated').implement({
    interfaces: [RunEvent],
    description: 'The run was created.',
    fields: (t) => ({
      runKind: t.field({
        type: RunKindEnum,
        description: 'Kind of the run.',
        resolve: ({ data }) => (isOneOf(RUN_KINDS, data.kind) ? data.kind : 'task'),
      }),
      kind: t.field({
        type: TaskKindEnum,
        nullable: true,
        description: 'Kind of the task, if it is one.',
        resolve: ({ data }) => (isOneOf(TASK_KINDS, data.kind) ? data.kind : null),
      }),
    }),
  }),
  ModelSelected: event('ModelSelected').implement({
    interfaces: [RunEvent],
    description: 'A model was chosen: because the request named none, or for a round of an orchestration.',
    fields: (t) => ({
      provider: t.field({
        type: ProviderEnum,
        description: 'Its provider.',
        resolve: ({ data }) => data.provider,
      }),
      model: t.string({ description: 'Id of the chosen model.', resolve: ({ data }) => data.model }),
      reason: t.string({ description: 'Why it was chosen.', resolve: ({ data }) => data.reason }),
      alternatives: t.stringList({
        description: 'The other candidates as `provider/model`, best first.',
        resolve: ({ data }) => data.alternatives,
      }),
    }),
  }),
  RunQueued: event('RunQueued').implement({
    interfaces: [RunEvent],
    description:
      'The run entered the queue: it was held, had failed, its dependencies completed, the previous turn of its thread ended, or its provider is unavailable.',
    fields: (t) => ({
      queueReason: t.field({
        type: QueueReasonEnum,
        description: 'Why it is in the queue.',
        resolve: ({ data }) => data.reason,
      }),
    }),
  }),
  RunStarted: event('RunStarted').implement({
    interfaces: [RunEvent],
    description: 'A worker began to execute the run.',
  }),
  AttemptStarted: event('AttemptStarted').implement({
    interfaces: [RunEvent],
    description: 'The text of a model call is no longer valid and is generated again. Discard it.',
    fields: (t) => ({
      restartReason: t.field({
        type: RestartReasonEnum,
        description: 'Why the text is no longer valid.',
        resolve: ({ data }) => data.reason,
      }),
      voidCallId: t.id({
        nullable: true,
        description: 'Id of the model call whose text is no longer valid.',
        resolve: ({ data }) => data.voidCallId && globalId('ModelCall', data.voidCallId),
      }),
    }),
  }),
  ModelCallStarted: event('ModelCallStarted').implement({
    interfaces: [RunEvent],
    description: 'A request to a provider is about to be made.',
    fields: (t) => ({
      callId: t.id({
        description: 'Id of the model call.',
        resolve: ({ data }) => globalId('ModelCall', data.callId),
      }),
      provider: t.field({
        type: ProviderEnum,
        description: 'The provider.',
        resolve: ({ data }) => data.provider,
      }),
      model: t.string({ description: 'The model.', resolve: ({ data }) => data.model }),
    }),
  }),
  TokensGenerated: event('TokensGenerated').implement({
    interfaces: [RunEvent],
    description: 'A piece of text of one or more tokens. The pieces of a call, in order, are its text.',
    fields: (t) => ({
      text: t.string({
        description: 'Append it to the text so far.',
        resolve: ({ data }) => data.text,
      }),
      callId: t.id({
        description: 'Id of its model call.',
        resolve: ({ data }) => globalId('ModelCall', data.callId),
      }),
    }),
  }),
  ReasoningGenerated: event('ReasoningGenerated').implement({
    interfaces: [RunEvent],
    description: "A piece of a model's reasoning; not part of its answer.",
    fields: (t) => ({
      text: t.string({
        description: 'Append it to the text so far.',
        resolve: ({ data }) => data.text,
      }),
      callId: t.id({
        description: 'Id of its model call.',
        resolve: ({ data }) => globalId('ModelCall', data.callId),
      }),
    }),
  }),
  ModelCallCompleted: event('ModelCallCompleted').implement({
    interfaces: [RunEvent],
    description: 'A model call completed.',
    fields: (t) => ({
      callId: t.id({
        description: 'Id of the model call.',
        resolve: ({ data }) => globalId('ModelCall', data.callId),
      }),
      finishReason: t.field({
        type: FinishReasonEnum,
        description: 'Why the model stopped.',
        resolve: ({ data }) => data.finishReason,
      }),
      inputTokens: t.int({
        nullable: true,
        description: 'Null: not reported.',
        resolve: ({ data }) => data.inputTokens,
      }),
      outputTokens: t.int({
        nullable: true,
        description: 'Null: not reported.',
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
    description: 'A model call failed.',
    fields: (t) => ({
      callId: t.id({
        description: 'Id of the model call.',
        resolve: ({ data }) => globalId('ModelCall', data.callId),
      }),
      error: t.field({
        type: RunErrorType,
        description: 'The error.',
        resolve: ({ data }) => data.error,
      }),
      willRetry: t.boolean({
        description: 'Whether it is retried; `AttemptStarted` follows when the retry begins.',
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
    description: 'The progress of the run increased.',
    fields: (t) => ({
      progress: t.float({ description: '0 to 1; never decreases.', resolve: ({ data }) => data.progress }),
    }),
  }),
  RunCompleted: event('RunCompleted').implement({
    interfaces: [RunEvent],
    description: 'The run completed. The last event of its log.',
    fields: (t) => ({
      result: t.field({
        type: 'JSON',
        description:
          '`output` is the complete text. Of an execution it is that of its last step, with `steps`, the outputs of all steps. Of an orchestration it is the best answer, with `score`, `bestIteration`, `iterations`, `stopReason`, `cost` and `costComplete`.',
        resolve: ({ data }) => data.result,
      }),
    }),
  }),
  RunFailed: event('RunFailed').implement({
    interfaces: [RunEvent],
    description: 'The run failed. The last event of its log.',
    fields: (t) => ({
      error: t.field({ type: RunErrorType, description: 'Why.', resolve: ({ data }) => data.error }),
    }),
  }),
  RunCancelled: event('RunCancelled').implement({
    interfaces: [RunEvent],
    description: 'The run was cancelled. The last event of its log.',
    fields: (t) => ({
      cancelReason: t.string({
        nullable: true,
        description: 'The reason given, if one was.',
        resolve: ({ data }) => data.reason,
      }),
    }),
  }),
} satisfies Record<EventType, unknown>;

/** Types of the schema by name. */
export type EventObjectTypes = typeof EVENTS;

function isOneOf<Word extends string>(words: readonly Word[], word: string): word is Word {
  return (words as readonly string[]).includes(word);
}
