import type { Context } from '../../context.ts';
import { isOfKind } from '../../resolvers/request/own-run.ts';
import { type CurrentState, runEvents } from '../../resolvers/runs/run-events.ts';
import { type TextPart, text } from '../../resolvers/tasks/text.ts';
import { tokens } from '../../resolvers/tasks/tokens.ts';
import { KINDS } from '../../rules/runs/kinds.ts';
import type { RunKind } from '../../vocabulary.ts';
import { builder } from '../builder/builder.ts';
import { localId } from '../builder/global-id.ts';
import { mentionedFields } from '../builder/mentioned-fields.ts';
import { RunEvent } from '../events/run-event.ts';
import { OrchestrationType } from '../orchestrations/orchestration.ts';
import { localRun } from '../runs/local-run.ts';
import { RunInterface } from '../runs/run.ts';
import { TaskType } from '../tasks/task.ts';
import { ExecutionType } from '../workflows/execution.ts';
import { seqAfter } from './resume.ts';

builder.objectRef<CurrentState>('CurrentState').implement({
  interfaces: [RunEvent],
  description:
    'The current state of a run, sent first to every subscriber. Its seq is 0, as it is not an event of the log.',
  fields: (t) => ({
    run: t.expose('run', {
      type: RunInterface,
      description: 'The run when the subscription began.',
    }),
    task: t.field({
      type: TaskType,
      nullable: true,
      description: 'The run, if it is a task.',
      resolve: ({ run }) => (isOfKind(run, 'task') ? run : null),
    }),
    text: t.string({
      description:
        'For a task: the text that its latest model call had generated up to `after`; empty: none. Append each `TokensGenerated` that follows, and begin anew with each `ModelCallStarted`.',
      resolve: async ({ run, after }, _arguments, { loaders }) =>
        (isOfKind(run, 'task') && (await loaders.texts.load({ runId: run.id, seq: after }))) || '',
    }),
    orchestration: t.field({
      type: OrchestrationType,
      nullable: true,
      description: 'The run, if it is an orchestration.',
      resolve: ({ run }) => (isOfKind(run, 'orchestration') ? run : null),
    }),
    execution: t.field({
      type: ExecutionType,
      nullable: true,
      description: 'The run, if it is an execution.',
      resolve: ({ run }) => (isOfKind(run, 'execution') ? run : null),
    }),
  }),
});

const TextPartType = builder.objectRef<TextPart>('TextPart').implement({
  description: 'A piece of the text of a task.',
  fields: (t) => ({
    seq: t.exposeInt('seq', {
      description:
        'Its sequence number in the log. Pass the last one that you received as `after` to resume.',
    }),
    text: t.exposeString('text', { description: 'The text to append.' }),
    textSoFar: t.string({
      description:
        'All text up to this part, to show as it is instead of appending `text`. It is sent with each part: for long texts, append.',
      resolve: ({ textSoFar }) => textSoFar ?? '',
    }),
    isRestart: t.exposeBoolean('isRestart', {
      description:
        'Whether to discard all earlier parts before appending this one: an attempt was interrupted, or another model call has begun.',
    }),
  }),
});

/** The argument that names the run is called by its kind: `taskId`. */
function eventsOf(context: Context, kind: RunKind, globalId: string, after: number | null | undefined) {
  const field = `${kind}Id`;
  return runEvents(
    context,
    { kind, id: localId(KINDS[kind].type, globalId, field), field },
    seqAfter(context, after),
  );
}

builder.subscriptionFields((t) => ({
  runEvents: t.field({
    type: RunEvent,
    nullable: true,
    description:
      'First the current state of a run of any kind, then the events of its log after `after`, in order and without gaps. Completes after the last event of the run.',
    args: {
      runId: t.arg.id({ required: true, description: 'The run.' }),
      after: t.arg.int({
        description: 'The last seq that you have received. Absent or 0: from the beginning.',
      }),
    },
    subscribe: (_root, { runId, after }, context: Context) =>
      runEvents(context, { ...localRun(runId, 'runId'), field: 'runId' }, seqAfter(context, after)),
    resolve: (runEvent) => runEvent,
  }),
  taskEvents: t.field({
    type: RunEvent,
    nullable: true,
    description:
      'The current state, then all events of the task after `after`, in order and without gaps. The stream completes after the last event.',
    args: {
      taskId: t.arg.id({ required: true, description: 'The task.' }),
      after: t.arg.int({ description: 'The last seq that you received; absent or 0: from the first event.' }),
    },
    subscribe: (_root, { taskId, after }, context: Context) => eventsOf(context, 'task', taskId, after),
    resolve: (taskEvent) => taskEvent,
  }),
  orchestrationEvents: t.field({
    type: RunEvent,
    nullable: true,
    description:
      'The current state, then all events of the orchestration after `after`, in order and without gaps. The stream completes after the last event.',
    args: {
      orchestrationId: t.arg.id({ required: true, description: 'The orchestration.' }),
      after: t.arg.int({ description: 'The last seq that you received; absent or 0: from the first event.' }),
    },
    subscribe: (_root, { orchestrationId, after }, context: Context) =>
      eventsOf(context, 'orchestration', orchestrationId, after),
    resolve: (runEvent) => runEvent,
  }),
  executionEvents: t.field({
    type: RunEvent,
    nullable: true,
    description:
      'Events of an execution and its steps, like `taskEvents`. Each `StepTaskCreated` contains the id of a task; follow that with `taskEvents`.',
    args: {
      executionId: t.arg.id({ required: true, description: 'The execution.' }),
      after: t.arg.int({ description: 'The last seq that you received; absent or 0: from the first event.' }),
    },
    subscribe: (_root, { executionId, after }, context: Context) =>
      eventsOf(context, 'execution', executionId, after),
    resolve: (executionEvent) => executionEvent,
  }),
  text: t.field({
    type: TextPartType,
    description:
      'The text of the latest model call of a task, as it is generated. The parts since the last restart, joined, are `Task.output`, except where an agent or a template composes its output differently. Completes with the task.',
    args: {
      taskId: t.arg.id({ required: true, description: 'The task.' }),
      after: t.arg.int({
        description: 'The last seq that you received; absent or 0: from the beginning of the text.',
      }),
    },
    subscribe: (_root, { taskId, after }, context: Context, info) =>
      text(context, localId('Task', taskId, 'taskId'), {
        after: seqAfter(context, after),
        isWhole: mentionedFields(info).has('textSoFar'),
      }),
    resolve: (part) => part,
  }),
  tokens: t.field({
    type: 'String',
    nullable: true,
    description:
      "The text of the task's current attempt as strings, from the beginning and as it is generated. Null means that a new attempt has begun: discard all earlier pieces.",
    deprecationReason: 'Use `text`, which can be resumed.',
    args: { taskId: t.arg.id({ required: true, description: 'The task.' }) },
    subscribe: (_root, { taskId }, context: Context) => tokens(context, localId('Task', taskId, 'taskId')),
    resolve: (piece) => piece,
  }),
}));
