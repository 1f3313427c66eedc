import { sessions, threadsOf } from '../../resolvers/sessions/list-sessions.ts';
import { session } from '../../resolvers/sessions/session.ts';
import { tasksOf } from '../../resolvers/tasks/list-tasks.ts';
import type { SessionSettings } from '../../rules/sessions/session.ts';
import type { SessionRow } from '../../store/sessions/sessions.ts';
import type { SessionTotals } from '../../store/sessions/totals.ts';
import { RUN_STATUSES } from '../../vocabulary.ts';
import { builder } from '../builder/builder.ts';
import { OriginEnum, SessionStatusEnum } from '../builder/enums.ts';
import { localId } from '../builder/global-id.ts';
import { taskColumns } from '../builder/listed-columns.ts';
import { pageArguments } from '../builder/page-arguments.ts';
import { childPageCost, pageCost } from '../builder/page-cost.ts';
import { BudgetType } from '../runs/budget.ts';
import { RunInterface } from '../runs/run.ts';
import { TaskType } from '../tasks/task.ts';
import { localTaskFilter, taskListArguments } from '../tasks/task-filter.ts';
import { TaskConnection } from '../tasks/task-queries.ts';
import { ThreadConnection, ThreadType } from '../threads/thread.ts';

const SessionSettingsType = builder.objectRef<SessionSettings>('SessionSettings').implement({
  description: 'Settings for the work in a session. For null ones the defaults apply.',
  fields: (t) => ({
    preferredModels: t.stringList({
      description: 'Preferred models, best first; unavailable ones are skipped.',
      resolve: ({ preferredModels }) => preferredModels ?? [],
    }),
    maxIterations: t.exposeInt('maxIterations', {
      nullable: true,
      description: 'Maximum number of turns of an agent and rounds of an orchestration, 1 to 100.',
    }),
    evaluationThreshold: t.exposeFloat('evaluationThreshold', {
      nullable: true,
      description: 'The score at which an answer is good enough, 0 to 10.',
    }),
  }),
});

export const TaskCountsType = builder.objectRef<SessionTotals['tasks']>('TaskCounts').implement({
  description: 'Number of tasks by status.',
  fields: (t) => ({
    total: t.int({
      description: 'All tasks.',
      resolve: (counts) => RUN_STATUSES.reduce((sum, status) => sum + counts[status], 0),
    }),
    pending: t.exposeInt('pending', { description: 'Held until `executeTask`.' }),
    queued: t.exposeInt('queued', { description: 'Waiting for a worker.' }),
    running: t.exposeInt('running', { description: 'Being executed.' }),
    waiting: t.exposeInt('waiting', { description: 'Waiting for input or for another run.' }),
    completed: t.exposeInt('completed', { description: 'Completed successfully.' }),
    failed: t.exposeInt('failed', { description: 'Failed with an error.' }),
    cancelled: t.exposeInt('cancelled', { description: 'Cancelled.' }),
  }),
});

const SessionTotalsType = builder.objectRef<Omit<SessionTotals, 'sessionId'>>('SessionTotals').implement({
  description: 'Totals of a session up to now.',
  // Sums outgrow GraphQL's Int of 32 bits.
  fields: (t) => ({
    tasks: t.expose('tasks', { type: TaskCountsType, description: 'Number of tasks by status.' }),
    cost: t.exposeFloat('cost', { description: 'US dollars: the sum over all calls with a known cost.' }),
    costComplete: t.exposeBoolean('costComplete', {
      description: 'Whether the cost of every call is known and included in `cost`.',
    }),
    inputTokens: t.exposeFloat('inputTokens', {
      description: 'Tokens sent, as far as providers reported them.',
    }),
    outputTokens: t.exposeFloat('outputTokens', {
      description: 'Tokens generated, as far as providers reported them.',
    }),
  }),
});

const NO_TASKS = { pending: 0, queued: 0, running: 0, waiting: 0, completed: 0, failed: 0, cancelled: 0 };
const NO_TOTALS = { tasks: NO_TASKS, cost: 0, costComplete: true, inputTokens: 0, outputTokens: 0 };

export const SessionType = builder.objectRef<SessionRow>('Session');
builder.node(SessionType, {
  description: 'A working context: tasks and threads that belong together.',
  id: {
    description: "Global id; pass it to any argument that takes a session's id.",
    resolve: ({ id }) => id,
  },
  fields: (t) => ({
    name: t.exposeString('name', { nullable: true, description: 'Display name.' }),
    description: t.exposeString('description', { nullable: true, description: 'A description.' }),
    status: t.expose('status', { type: SessionStatusEnum, description: 'Whether it accepts new tasks.' }),
    settings: t.expose('settings', { type: SessionSettingsType, description: 'Settings for its work.' }),
    workingDirectory: t.exposeString('workingDirectory', {
      nullable: true,
      description: 'Path of the folder that its tasks work in.',
    }),
    namedDirectory: t.exposeString('namedDirectory', {
      nullable: true,
      description:
        'The `workingDirectory` as the client gave it, which may be relative or a path on another machine; null when none was given.',
    }),
    userLabel: t.exposeString('userLabel', {
      nullable: true,
      description: 'The label given by a client with users of its own.',
    }),
    budget: t.field({
      type: BudgetType,
      nullable: true,
      description: 'The cost limit on all its tasks together, if there is one.',
      resolve: ({ id }, _arguments, { loaders }) => loaders.budgets.load(id),
    }),
    totals: t.field({
      type: SessionTotalsType,
      description: 'Totals of its tasks up to now, without deleted ones.',
      resolve: async ({ id }, _arguments, { loaders }) => (await loaders.sessionTotals.load(id)) ?? NO_TOTALS,
    }),
    tasks: t.connection(
      {
        type: TaskType,
        description: 'Its tasks, as in `tasks`. `first`: 0 to 100, or `last`: 1 to 100; default 20.',
        complexity: childPageCost,
        args: taskListArguments,
        resolve: ({ id }, { filter, ...page }, context, info) =>
          tasksOf(
            context,
            { parent: 'session', id },
            { ...page, ...localTaskFilter(filter) },
            taskColumns(info),
          ),
      },
      TaskConnection,
    ),
    threads: t.connection(
      {
        type: ThreadType,
        description: 'Its threads, newest first. `first`: 0 to 100, or `last`: 1 to 100; default 20.',
        complexity: pageCost,
        args: { ...pageArguments },
        resolve: (row, page, context) => threadsOf(context, row, page),
      },
      ThreadConnection,
    ),
    origin: t.expose('origin', { type: OriginEnum, description: 'The API through which it was created.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was completed; null if it is not.',
    }),
  }),
});

const SessionFilter = builder.inputType('SessionFilter', {
  description: 'Absent and null fields match every session, whatever its status.',
  fields: (t) => ({
    status: t.field({ type: SessionStatusEnum, description: 'Only sessions with this status.' }),
    userLabel: t.string({ description: 'Only sessions with this label.' }),
    origins: t.field({
      type: [OriginEnum],
      description: 'Only sessions that were created through one of these APIs.',
    }),
    isNamed: t.boolean({ description: 'Only sessions with a name, or only those without.' }),
  }),
});

builder.interfaceField(RunInterface, 'session', (t) =>
  t.field({
    type: SessionType,
    nullable: true,
    description: 'The session that it belongs to, if any.',
    resolve: ({ sessionId }, _arguments, { loaders }) =>
      sessionId === null ? null : loaders.sessions.load(sessionId),
  }),
);

const SessionConnection = builder.connectionObject(
  { type: SessionType, name: 'SessionConnection', description: 'A page of sessions.' },
  { name: 'SessionEdge', description: 'A session with its position in a list.' },
);

builder.queryFields((t) => ({
  session: t.field({
    type: SessionType,
    nullable: true,
    description: "One of the viewer's sessions.",
    args: { id: t.arg.id({ required: true, description: 'The session.' }) },
    resolve: (_root, { id }, context) => session(context, localId('Session', id)),
  }),
  sessions: t.connection(
    {
      type: SessionType,
      nullable: true,
      description: "The viewer's sessions, newest first. `first`: 0 to 100, or `last`: 1 to 100; default 20.",
      complexity: pageCost,
      args: {
        ...pageArguments,
        filter: t.arg({
          type: SessionFilter,
          description: 'Only items that match all of its fields; null matches everything.',
        }),
      },
      resolve: (_root, { filter, ...page }, context) => sessions(context, page, filter),
    },
    SessionConnection,
  ),
}));
