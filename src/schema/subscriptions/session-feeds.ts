import type { Context } from '../../context.ts';
import { activity, type FeedEvent, sessionEvents } from '../../resolvers/sessions/feed.ts';
import { builder } from '../builder/builder.ts';
import { globalId, localId } from '../builder/global-id.ts';
import { RunEvent } from '../events/run-event.ts';
import { OrchestrationType } from '../orchestrations/orchestration.ts';
import { loadRun } from '../runs/load-run.ts';
import { RunInterface } from '../runs/run.ts';
import { SessionType } from '../sessions/session.ts';
import { TaskType } from '../tasks/task.ts';
import { ExecutionType } from '../workflows/execution.ts';

const FeedEventType = builder.objectRef<FeedEvent>('FeedEvent').implement({
  description:
    'A payload of a feed over many runs. The first has no event; its cursor is a position to resume from. Then one follows for each event of each run, except for text. Events of one run arrive in the order of their seq.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', {
      description:
        'Pass the last cursor that you received as `after` to miss nothing. An event may be delivered again; recognise it by its run and seq.',
    }),
    event: t.expose('event', {
      type: RunEvent,
      nullable: true,
      description: 'The event. Null in the first and in the last payload.',
    }),
    run: t.field({
      type: RunInterface,
      nullable: true,
      description: 'Current state of the run to which the event belongs; null if it has been deleted.',
      resolve: ({ event }, _arguments, { loaders }) =>
        event?.runKind ? loadRun(loaders, event.runKind, event.runId) : null,
    }),
    taskId: t.id({
      nullable: true,
      description: 'Id of the task to which the event belongs; null if it belongs to another kind of run.',
      resolve: ({ event }) => (event?.runKind === 'task' ? globalId('Task', event.runId) : null),
    }),
    task: t.field({
      type: TaskType,
      nullable: true,
      description: 'Current state of the task; null if it has been deleted.',
      resolve: ({ event }, _arguments, { loaders }) =>
        event?.runKind === 'task' ? loaders.tasks.load(event.runId) : null,
    }),
    orchestrationId: t.id({
      nullable: true,
      description:
        'Id of the orchestration to which the event belongs; null if it belongs to another kind of run.',
      resolve: ({ event }) =>
        event?.runKind === 'orchestration' ? globalId('Orchestration', event.runId) : null,
    }),
    orchestration: t.field({
      type: OrchestrationType,
      nullable: true,
      description: 'Current state of the orchestration; null if it has been deleted.',
      resolve: ({ event }, _arguments, { loaders }) =>
        event?.runKind === 'orchestration' ? loaders.orchestrations.load(event.runId) : null,
    }),
    executionId: t.id({
      nullable: true,
      description:
        'Id of the execution to which the event belongs; null if it belongs to another kind of run.',
      resolve: ({ event }) => (event?.runKind === 'execution' ? globalId('Execution', event.runId) : null),
    }),
    execution: t.field({
      type: ExecutionType,
      nullable: true,
      description: 'Current state of the execution; null if it has been deleted.',
      resolve: ({ event }, _arguments, { loaders }) =>
        event?.runKind === 'execution' ? loaders.executions.load(event.runId) : null,
    }),
    sessionId: t.id({
      nullable: true,
      description: 'Id of the session of the run, if it has one.',
      resolve: ({ event }) => (event?.sessionId ? globalId('Session', event.sessionId) : null),
    }),
    session: t.field({
      type: SessionType,
      nullable: true,
      description: 'Current state of the session; null if it has been deleted.',
      resolve: ({ event }, _arguments, { loaders }) =>
        event?.sessionId ? loaders.sessions.load(event.sessionId) : null,
    }),
    isLast: t.exposeBoolean('isLast', {
      description: 'True if the session was deleted. Nothing follows, and the stream completes.',
    }),
  }),
});

const AFTER = 'The last cursor that you received, from any feed; absent: only events from now on.';

builder.subscriptionFields((t) => ({
  activity: t.field({
    type: FeedEventType,
    nullable: true,
    description:
      'Events of all runs of the viewer, without their text, which `taskEvents` and `orchestrationEvents` deliver. The stream does not end by itself. Events of a deleted task are no longer delivered.',
    args: { after: t.arg.string({ description: AFTER }) },
    subscribe: (_root, { after }, context: Context) => activity(context, after ?? null),
    resolve: (feedEvent) => feedEvent,
  }),
  sessionEvents: t.field({
    type: FeedEventType,
    nullable: true,
    description:
      'Events of all runs of a session, without their text, which `taskEvents` and `orchestrationEvents` deliver. The stream ends when the session is deleted.',
    args: {
      sessionId: t.arg.id({ required: true, description: 'The session.' }),
      after: t.arg.string({ description: AFTER }),
    },
    subscribe: (_root, { sessionId, after }, context: Context) =>
      sessionEvents(context, localId('Session', sessionId, 'sessionId'), after ?? null),
    resolve: (feedEvent) => feedEvent,
  }),
}));
