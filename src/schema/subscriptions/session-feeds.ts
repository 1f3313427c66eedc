import type { Context, Loaders } from '../../context.ts';
import { activity, type FeedEvent, sessionEvents } from '../../resolvers/sessions/feed.ts';
import type { RunRow } from '../../store/runs/run-row.ts';
import type { RunKind } from '../../vocabulary.ts';
import { builder } from '../builder/builder.ts';
import { globalId, localId } from '../builder/global-id.ts';
import { RunEvent } from '../events/run-event.ts';
import { OrchestrationType } from '../orchestrations/orchestration.ts';
import { RunInterface } from '../runs/run.ts';
import { SessionType } from '../sessions/session.ts';
import { TaskType } from '../tasks/task.ts';
import { ExecutionType } from '../workflows/execution.ts';

const FeedEventType = builder.objectRef<FeedEvent>('FeedEvent').implement({
  description:
    'What a feed over many runs tells. First a payload without an event, whose cursor is a place to come back to; then one for each fact of the log of each run, but none for its text. The facts of one run come in the order of their seq.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', {
      description:
        'Hand the last one that you saw to `after`, and nothing is missed. Something may be told again: you know it by the run and the seq of `event`.',
    }),
    event: t.expose('event', {
      type: RunEvent,
      nullable: true,
      description: 'What happened. Null in the first payload and in the last.',
    }),
    run: t.field({
      type: RunInterface,
      nullable: true,
      description: 'The run whose log has the event, as it is now; null when it was deleted.',
      resolve: ({ event }, _arguments, { loaders }) =>
        event?.runKind ? loadRun(loaders, event.runKind, event.runId) : null,
    }),
    taskId: t.id({
      nullable: true,
      description: 'The task in whose log it stands; null when it is of something else.',
      resolve: ({ event }) => (event?.runKind === 'task' ? globalId('Task', event.runId) : null),
    }),
    task: t.field({
      type: TaskType,
      nullable: true,
      description: 'That task as it is now; null when it was deleted.',
      resolve: ({ event }, _arguments, { loaders }) =>
        event?.runKind === 'task' ? loaders.tasks.load(event.runId) : null,
    }),
    orchestrationId: t.id({
      nullable: true,
      description: 'The orchestration in whose log it stands; null when it is of something else.',
      resolve: ({ event }) =>
        event?.runKind === 'orchestration' ? globalId('Orchestration', event.runId) : null,
    }),
    orchestration: t.field({
      type: OrchestrationType,
      nullable: true,
      description: 'That orchestration as it is now; null when it was deleted.',
      resolve: ({ event }, _arguments, { loaders }) =>
        event?.runKind === 'orchestration' ? loaders.orchestrations.load(event.runId) : null,
    }),
    executionId: t.id({
      nullable: true,
      description: 'The execution in whose log it stands; null when it is of something else.',
      resolve: ({ event }) => (event?.runKind === 'execution' ? globalId('Execution', event.runId) : null),
    }),
    execution: t.field({
      type: ExecutionType,
      nullable: true,
      description: 'That execution as it is now; null when it was deleted.',
      resolve: ({ event }, _arguments, { loaders }) =>
        event?.runKind === 'execution' ? loaders.executions.load(event.runId) : null,
    }),
    sessionId: t.id({
      nullable: true,
      description: 'The session that the run is in, when it is in one.',
      resolve: ({ event }) => (event?.sessionId ? globalId('Session', event.sessionId) : null),
    }),
    session: t.field({
      type: SessionType,
      nullable: true,
      description: 'That session as it is now; null when it was deleted.',
      resolve: ({ event }, _arguments, { loaders }) =>
        event?.sessionId ? loaders.sessions.load(event.sessionId) : null,
    }),
    isLast: t.exposeBoolean('isLast', {
      description: 'True when the session was deleted: nothing follows, and the stream completes.',
    }),
  }),
});

function loadRun(loaders: Loaders, kind: RunKind, id: string): Promise<RunRow | null> {
  const loaderOf = {
    task: loaders.tasks,
    execution: loaders.executions,
    orchestration: loaders.orchestrations,
  } satisfies Record<RunKind, Loaders[keyof Loaders]>;
  return loaderOf[kind].load(id);
}

const AFTER = 'The last cursor that you saw, of any feed; absent: only what happens from now on.';

builder.subscriptionFields((t) => ({
  activity: t.field({
    type: FeedEventType,
    nullable: true,
    description:
      "What happens in all of the viewer's runs, without their text; `taskEvents` and `orchestrationEvents` have that. It does not end by itself. A deleted task takes what it told with it.",
    args: { after: t.arg.string({ description: AFTER }) },
    subscribe: (_root, { after }, context: Context) => activity(context, after ?? null),
    resolve: (feedEvent) => feedEvent,
  }),
  sessionEvents: t.field({
    type: FeedEventType,
    nullable: true,
    description:
      'What happens in all runs of a session, without their text; `taskEvents` and `orchestrationEvents` have that. It ends when the session is deleted.',
    args: {
      sessionId: t.arg.id({ required: true }),
      after: t.arg.string({ description: AFTER }),
    },
    subscribe: (_root, { sessionId, after }, context: Context) =>
      sessionEvents(context, localId('Session', sessionId, 'sessionId'), after ?? null),
    resolve: (feedEvent) => feedEvent,
  }),
}));
