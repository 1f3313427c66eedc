import type { Context } from '../context.ts';
import type { CurrentState } from '../resolvers/run-events.ts';
import { taskEvents, tokens } from '../resolvers/task-events.ts';
import { type EventType, TASK_KINDS } from '../vocabulary.ts';
import { AGENT_EVENTS } from './agent-events.ts';
import { ArtifactSaved } from './artifact-event.ts';
import { builder } from './builder.ts';
import { FinishReasonEnum, ProviderEnum, QueueReasonEnum, TaskKindEnum } from './enums.ts';
import { ExecutionType } from './execution.ts';
import { StepFailed, StepSkipped, StepTaskCreated } from './execution-step-event.ts';
import { localId } from './global-id.ts';
import { RunErrorType } from './parts.ts';
import { event, RunEvent } from './run-event.ts';
import { StepCompleted, StepStarted } from './step-event.ts';
import { TaskType } from './task.ts';

/** Every fact has its type here; the list in vocabulary.ts says which. */
const EVENTS = {
  ...AGENT_EVENTS,
  RunCreated: event('RunCreated').implement({
    interfaces: [RunEvent],
    description: 'The run was made.',
    fields: (t) => ({
      kind: t.field({
        type: TaskKindEnum,
        nullable: true,
        description: 'Of the task; null: the run is no task.',
        resolve: ({ data }) => TASK_KINDS.find((kind) => kind === data.kind) ?? null,
      }),
    }),
  }),
  ModelSelected: event('ModelSelected').implement({
    interfaces: [RunEvent],
    description: 'A model was chosen, because the caller named none.',
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
    description: "A run that was held, had failed or waited for others is a worker's to take.",
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
    description: 'The text of the run starts again. Text of earlier attempts no longer counts.',
    fields: (t) => ({
      reason: t.string({
        description:
          '`resumed`: its worker went away, or it was retried. `provider_error`: its provider failed. `output_invalid`: the answer did not meet the response schema.',
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
        description: 'Of a task: `output` is the whole text. Of an execution: as its `result`.',
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

builder.objectRef<CurrentState>('CurrentState').implement({
  interfaces: [RunEvent],
  description:
    'The present state of a run, sent first to every subscriber. Its seq is 0: it is no fact of the log.',
  fields: (t) => ({
    task: t.expose('task', {
      type: TaskType,
      nullable: true,
      description: 'The task as it was when the subscription began; null: the run is no task.',
    }),
    execution: t.expose('execution', {
      type: ExecutionType,
      nullable: true,
      description: 'The execution as it was when the subscription began; null: the run is no execution.',
    }),
  }),
});

builder.subscriptionFields((t) => ({
  taskEvents: t.field({
    type: RunEvent,
    nullable: true,
    description:
      'First the present state, then the log of the task after `after`, gapless and in order, until its last event; then the stream completes.',
    args: {
      taskId: t.arg.id({ required: true }),
      after: t.arg.int({ description: 'The last seq that you saw; absent or 0: from the start.' }),
    },
    subscribe: (_root, { taskId, after }, context: Context) =>
      taskEvents(context, localId('Task', taskId, 'taskId'), after ?? 0),
    resolve: (taskEvent) => taskEvent,
  }),
  tokens: t.field({
    type: 'String',
    nullable: true,
    description:
      "The text of the task's present attempt, from its beginning and as it comes, as plain pieces. Cannot be resumed: use `taskEvents` for that.",
    args: { taskId: t.arg.id({ required: true }) },
    subscribe: (_root, { taskId }, context: Context) => tokens(context, localId('Task', taskId, 'taskId')),
    resolve: (piece) => piece,
  }),
}));
