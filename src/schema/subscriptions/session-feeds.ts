import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../../context.ts';
import { activity, type FeedEvent, sessionEvents } from '../../resolvers/sessions/feed.ts';
import { taskOfPage } from '../../resolvers/sessions/page-tasks.ts';
import { KINDS } from '../../rules/runs/kinds.ts';
import type { RunRow } from '../../store/runs/run-row.ts';
import type { TaskRow } from '../../store/tasks/tasks.ts';
import { CHANGE_TYPES, CHANGED_KINDS, type ChangedKind, RUN_KINDS } from '../../vocabulary.ts';
import { builder } from '../builder/builder.ts';
import { capitals } from '../builder/enum-values.ts';
import { globalId, localId } from '../builder/global-id.ts';
import { taskColumns } from '../builder/listed-columns.ts';
import { RunEvent } from '../events/run-event.ts';
import { OrchestrationType } from '../orchestrations/orchestration.ts';
import { loadRun } from '../runs/load-run.ts';
import { RunInterface } from '../runs/run.ts';
import { SessionType } from '../sessions/session.ts';
import { TaskType } from '../tasks/task.ts';
import { ThreadType } from '../threads/thread.ts';
import { ExecutionType } from '../workflows/execution.ts';
import { cursorAfter } from './resume.ts';

const ChangedKindEnum = builder.enumType('ChangedKind', {
  description: 'What was created, edited or deleted.',
  values: capitals(CHANGED_KINDS, {
    task: 'A task.',
    execution: 'An execution of a workflow.',
    orchestration: 'An orchestration.',
    bulk: 'A bulk operation.',
    session: 'A session.',
    thread: 'A thread.',
  }),
});

const ChangeTypeEnum = builder.enumType('ChangeType', {
  description: 'What happened to an object.',
  values: capitals(CHANGE_TYPES, {
    created: 'A session or a thread was created. A new run has the event `RunCreated` instead.',
    updated:
      'Fields were edited, such as a title or a priority. What a run does is reported by its events instead.',
    deleted: 'It no longer exists; its id may be removed from every list.',
  }),
});

type ObjectChange = NonNullable<FeedEvent['change']>;

/** The type in GraphQL of an object that changed. */
function typeOf(kind: ChangedKind): string {
  if (kind === 'session') return 'Session';
  return kind === 'thread' ? 'Thread' : KINDS[kind].type;
}

const FeedChangeType = builder.objectRef<ObjectChange>('FeedChange').implement({
  description:
    'A change that is not an event of a run: a session or a thread was created, or a run, a session or a thread was edited or deleted. Several edits in a short time may be reported once.',
  fields: (t) => ({
    type: t.expose('type', {
      type: ChangeTypeEnum,
      description: 'Whether it was created, edited or deleted.',
    }),
    kind: t.expose('kind', { type: ChangedKindEnum, description: 'The kind of the object.' }),
    nodeId: t.id({
      description: 'The global id of the object.',
      resolve: ({ kind, subjectId }) => globalId(typeOf(kind), subjectId),
    }),
    at: t.expose('at', {
      type: 'DateTime',
      description: 'Time of the change, by the clock of the database.',
    }),
  }),
});

interface Subject {
  kind: ChangedKind;
  id: string;
}

/** The run, session or thread that a payload is about; null: none, or a run that has been deleted. */
function subjectOf({ event, change }: FeedEvent): Subject | null {
  if (change) return { kind: change.kind, id: change.subjectId };
  return event?.runKind ? { kind: event.runKind, id: event.runId } : null;
}

/** The local id of the subject, if it is of this kind. */
function idOf(kind: ChangedKind, payload: FeedEvent): string | null {
  const subject = subjectOf(payload);
  return subject?.kind === kind ? subject.id : null;
}

function sessionOf(payload: FeedEvent): string | null {
  return idOf('session', payload) ?? payload.event?.sessionId ?? payload.change?.sessionId ?? null;
}

const FeedEventType = builder.objectRef<FeedEvent>('FeedEvent').implement({
  description:
    'A payload of a feed over many runs. The first has neither an event nor a change; its cursor is a position to resume from. Then one follows for each event of each run, except for text, and for each change. Events of one run arrive in the order of their seq.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', {
      description:
        'Pass the last cursor that you received as `after` to miss nothing. An event may be delivered again; recognise it by its run and seq. A cursor is accepted for 30 days, and not after the database was restored from a backup: then the error is BAD_CURSOR, and the lists have to be read again.',
    }),
    event: t.expose('event', {
      type: RunEvent,
      nullable: true,
      description:
        'The event of a run. Null in the first payload, in payloads with a `change`, and in the last payload.',
    }),
    change: t.expose('change', {
      type: FeedChangeType,
      nullable: true,
      description: 'The change, if the payload is not about an event.',
    }),
    run: t.field({
      type: RunInterface,
      nullable: true,
      description: 'Current state of the run that the payload is about; null if it has been deleted.',
      resolve: (payload, _arguments, context, info) => loadSubject(context, payload, info),
    }),
    taskId: t.id({
      nullable: true,
      description: 'Id of the task that the payload is about; null if it is about something else.',
      resolve: (payload) => globalOf('task', payload),
    }),
    task: t.field({
      type: TaskType,
      nullable: true,
      description: 'Current state of the task; null if it has been deleted.',
      resolve: (payload, _arguments, context, info) => loadTask(context, payload, info),
    }),
    orchestrationId: t.id({
      nullable: true,
      description: 'Id of the orchestration that the payload is about; null if it is about something else.',
      resolve: (payload) => globalOf('orchestration', payload),
    }),
    orchestration: t.field({
      type: OrchestrationType,
      nullable: true,
      description: 'Current state of the orchestration; null if it has been deleted.',
      resolve: (payload, _arguments, { loaders }) =>
        load(loaders.orchestrations, idOf('orchestration', payload)),
    }),
    executionId: t.id({
      nullable: true,
      description: 'Id of the execution that the payload is about; null if it is about something else.',
      resolve: (payload) => globalOf('execution', payload),
    }),
    execution: t.field({
      type: ExecutionType,
      nullable: true,
      description: 'Current state of the execution; null if it has been deleted.',
      resolve: (payload, _arguments, { loaders }) => load(loaders.executions, idOf('execution', payload)),
    }),
    thread: t.field({
      type: ThreadType,
      nullable: true,
      description:
        'Current state of the thread that changed. Null if it has been deleted, or if the payload is about something else.',
      resolve: (payload, _arguments, { loaders }) => load(loaders.threads, idOf('thread', payload)),
    }),
    sessionId: t.id({
      nullable: true,
      description: 'Id of the session that changed, or that holds the run or thread.',
      resolve: (payload) => toGlobal('session', sessionOf(payload)),
    }),
    session: t.field({
      type: SessionType,
      nullable: true,
      description: 'Current state of the session in `sessionId`; null if it has been deleted.',
      resolve: (payload, _arguments, { loaders }) => load(loaders.sessions, sessionOf(payload)),
    }),
    isLast: t.exposeBoolean('isLast', {
      description: 'True if the session was deleted. Nothing follows, and the stream completes.',
    }),
  }),
});

function toGlobal(kind: ChangedKind, id: string | null): string | null {
  return id === null ? null : globalId(typeOf(kind), id);
}

const globalOf = (kind: ChangedKind, payload: FeedEvent) => toGlobal(kind, idOf(kind, payload));

async function load<Row>(
  loader: { load(id: string): Promise<Row | null> },
  id: string | null,
): Promise<Row | null> {
  return id === null ? null : loader.load(id);
}

async function loadTask(
  context: Context,
  payload: FeedEvent,
  info: GraphQLResolveInfo,
): Promise<TaskRow | null> {
  const id = idOf('task', payload);
  return id && payload.tasks ? taskOfPage(context, payload.tasks, id, taskColumns(info)) : null;
}

function loadSubject(
  context: Context,
  payload: FeedEvent,
  info: GraphQLResolveInfo,
): Promise<RunRow | null> | null {
  const subject = subjectOf(payload);
  const kind = RUN_KINDS.find((each) => each === subject?.kind);
  if (!subject || !kind) return null;
  return kind === 'task' ? loadTask(context, payload, info) : loadRun(context.loaders, kind, subject.id);
}

const AFTER = 'The last cursor that you received, from any feed; absent: only events from now on.';

builder.subscriptionFields((t) => ({
  activity: t.field({
    type: FeedEventType,
    nullable: true,
    description:
      'Events of all runs of the viewer, without their text, which `taskEvents` and `orchestrationEvents` deliver, and all that is created, edited or deleted: a list that follows it does not become stale. The stream does not end by itself. Events of a deleted run are no longer delivered; its deletion is.',
    args: { after: t.arg.string({ description: AFTER }) },
    subscribe: (_root, { after }, context: Context) => activity(context, cursorAfter(context, after)),
    resolve: (feedEvent) => feedEvent,
  }),
  sessionEvents: t.field({
    type: FeedEventType,
    nullable: true,
    description:
      'Events of all runs of a session, without their text, which `taskEvents` and `orchestrationEvents` deliver, and what is edited or deleted in it. The stream ends when the session is deleted.',
    args: {
      sessionId: t.arg.id({ required: true, description: 'The session.' }),
      after: t.arg.string({ description: AFTER }),
    },
    subscribe: (_root, { sessionId, after }, context: Context) =>
      sessionEvents(context, localId('Session', sessionId, 'sessionId'), cursorAfter(context, after)),
    resolve: (feedEvent) => feedEvent,
  }),
}));
