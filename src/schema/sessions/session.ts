import { sessions, tasksOf, threadsOf } from '../../resolvers/sessions/list-sessions.ts';
import { session } from '../../resolvers/sessions/session.ts';
import type { SessionSettings } from '../../rules/sessions/session.ts';
import type { SessionRow } from '../../store/sessions/sessions.ts';
import type { SessionTotals } from '../../store/sessions/totals.ts';
import { RUN_STATUSES } from '../../vocabulary.ts';
import { builder } from '../builder/builder.ts';
import { OriginEnum, SessionStatusEnum } from '../builder/enums.ts';
import { localId } from '../builder/global-id.ts';
import { pageArguments } from '../builder/page-arguments.ts';
import { pageCost } from '../builder/page-cost.ts';
import { BudgetType } from '../runs/budget.ts';
import { RunInterface } from '../runs/run.ts';
import { TaskType } from '../tasks/task.ts';
import { ThreadType } from '../threads/thread.ts';

const SessionSettingsType = builder.objectRef<SessionSettings>('SessionSettings').implement({
  description: 'How a session wants its work done. What is null is left to whoever carries it out.',
  fields: (t) => ({
    preferredModels: t.stringList({
      description: 'Best first; one that is not there is passed over.',
      resolve: ({ preferredModels }) => preferredModels ?? [],
    }),
    maxIterations: t.exposeInt('maxIterations', {
      nullable: true,
      description: 'How many turns an agent may take, and how often an answer may be improved, 1 to 100.',
    }),
    evaluationThreshold: t.exposeFloat('evaluationThreshold', {
      nullable: true,
      description: 'The score at which an answer is good enough, 0 to 10.',
    }),
  }),
});

export const TaskCountsType = builder.objectRef<SessionTotals['tasks']>('TaskCounts').implement({
  description: 'How many tasks stand where.',
  fields: (t) => ({
    total: t.int({
      description: 'All of them.',
      resolve: (counts) => RUN_STATUSES.reduce((sum, status) => sum + counts[status], 0),
    }),
    pending: t.exposeInt('pending', { description: 'Wait until somebody has them executed.' }),
    queued: t.exposeInt('queued', { description: 'Wait for a worker.' }),
    running: t.exposeInt('running', { description: 'Are carried out.' }),
    waiting: t.exposeInt('waiting', { description: 'Wait for a person, for another run or for a grant.' }),
    completed: t.exposeInt('completed', { description: 'Ended well.' }),
    failed: t.exposeInt('failed', { description: 'Ended with an error.' }),
    cancelled: t.exposeInt('cancelled', { description: 'Were cancelled.' }),
  }),
});

const SessionTotalsType = builder.objectRef<Omit<SessionTotals, 'sessionId'>>('SessionTotals').implement({
  description: 'What is done in a session comes to by now.',
  // Sums outgrow GraphQL's Int of 32 bits.
  fields: (t) => ({
    tasks: t.expose('tasks', { type: TaskCountsType, description: 'How many there are.' }),
    cost: t.exposeFloat('cost', { description: 'US dollars: the sum of all calls whose cost is known.' }),
    costComplete: t.exposeBoolean('costComplete', {
      description: 'Whether the cost of every call is known and in `cost`.',
    }),
    inputTokens: t.exposeFloat('inputTokens', { description: 'Tokens sent, as far as providers told.' }),
    outputTokens: t.exposeFloat('outputTokens', { description: 'Tokens generated, likewise.' }),
  }),
});

const NO_TASKS = { pending: 0, queued: 0, running: 0, waiting: 0, completed: 0, failed: 0, cancelled: 0 };
const NO_TOTALS = { tasks: NO_TASKS, cost: 0, costComplete: true, inputTokens: 0, outputTokens: 0 };

export const SessionType = builder.objectRef<SessionRow>('Session');
builder.node(SessionType, {
  description: 'A working context: tasks and threads that belong together.',
  id: { description: 'For every argument that asks for a session.', resolve: ({ id }) => id },
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'workingDirectory' in value,
  loadWithoutCache: (id, context) => session(context, id),
  fields: (t) => ({
    name: t.exposeString('name', { nullable: true, description: 'For people.' }),
    description: t.exposeString('description', { nullable: true, description: 'For people.' }),
    status: t.expose('status', { type: SessionStatusEnum, description: 'Whether it takes new tasks.' }),
    settings: t.expose('settings', { type: SessionSettingsType, description: 'How its work is done.' }),
    workingDirectory: t.exposeString('workingDirectory', {
      nullable: true,
      description: 'The folder that its tasks work in.',
    }),
    userLabel: t.exposeString('userLabel', {
      nullable: true,
      description: 'Whom it is for, in the words of a client that has users of its own.',
    }),
    budget: t.field({
      type: BudgetType,
      nullable: true,
      description: 'The cost limit on all its tasks together, when there is one.',
      resolve: ({ id }, _arguments, { loaders }) => loaders.budgets.load(id),
    }),
    totals: t.field({
      type: SessionTotalsType,
      description: 'What its tasks come to by now. Deleted ones are not in it.',
      resolve: async ({ id }, _arguments, { loaders }) => (await loaders.sessionTotals.load(id)) ?? NO_TOTALS,
    }),
    tasks: t.connection({
      type: TaskType,
      description: 'Its tasks, newest first. `first` or `last`: 1 to 100, default 20.',
      complexity: pageCost,
      args: { ...pageArguments },
      resolve: (row, page, context) => tasksOf(context, row, page),
    }),
    threads: t.connection({
      type: ThreadType,
      description: 'Its conversations, newest first. `first` or `last`: 1 to 100, default 20.',
      complexity: pageCost,
      args: { ...pageArguments },
      resolve: (row, page, context) => threadsOf(context, row, page),
    }),
    origin: t.expose('origin', { type: OriginEnum, description: 'Through which surface it was made.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was completed; null while it is not.',
    }),
  }),
});

const SessionFilter = builder.inputType('SessionFilter', {
  fields: (t) => ({
    status: t.field({ type: SessionStatusEnum, description: 'Only sessions that stand there.' }),
    userLabel: t.string({ description: 'Only sessions with this label.' }),
    origins: t.field({
      type: [OriginEnum],
      description: 'Only sessions that were made through one of these.',
    }),
    isNamed: t.boolean({ description: 'Only sessions that have a name, or that have none.' }),
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

builder.queryFields((t) => ({
  session: t.field({
    type: SessionType,
    nullable: true,
    description: "One of the viewer's sessions.",
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, context) => session(context, localId('Session', id)),
  }),
  sessions: t.connection({
    type: SessionType,
    nullable: true,
    description: "The viewer's sessions, newest first. `first` or `last`: 1 to 100, default 20.",
    complexity: pageCost,
    args: { ...pageArguments, filter: t.arg({ type: SessionFilter }) },
    resolve: (_root, { filter, ...page }, context) => sessions(context, page, filter),
  }),
}));
