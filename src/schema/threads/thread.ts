import { tasksOf } from '../../resolvers/tasks/list-tasks.ts';
import { threads } from '../../resolvers/threads/list-threads.ts';
import { thread } from '../../resolvers/threads/thread.ts';
import type { ThreadRow } from '../../store/threads/threads.ts';
import { ON_BUSY } from '../../vocabulary.ts';
import { builder } from '../builder/builder.ts';
import { capitals } from '../builder/enum-values.ts';
import { localId, optionalId } from '../builder/global-id.ts';
import { taskColumns } from '../builder/listed-columns.ts';
import { pageArguments } from '../builder/page-arguments.ts';
import { childPageCost, pageCost } from '../builder/page-cost.ts';
import { SessionType } from '../sessions/session.ts';
import { TaskType } from '../tasks/task.ts';
import { localTaskFilter, taskListArguments } from '../tasks/task-filter.ts';
import { TaskConnection } from '../tasks/task-queries.ts';

export const OnBusyEnum = builder.enumType('OnBusy', {
  description: 'What happens to a new turn of a thread while an earlier one is QUEUED, RUNNING or WAITING.',
  values: capitals(ON_BUSY, {
    queue: 'The turn waits until all earlier turns have ended, even if they fail.',
    reject: 'The turn is rejected with CONFLICT.',
    interrupt: 'The unfinished turns are cancelled, and the new turn starts immediately.',
    parallel: 'The turn starts immediately. The model does not see unfinished turns.',
  }),
});

export const ThreadType = builder.objectRef<ThreadRow>('Thread');
builder.node(ThreadType, {
  description:
    'A conversation. Each task or orchestration in it is a turn; its models are sent the completed turns before it.',
  id: {
    description: "Global id; pass it to any argument that takes a thread's id.",
    resolve: ({ id }) => id,
  },
  fields: (t) => ({
    title: t.exposeString('title', { nullable: true, description: 'Its title.' }),
    originalPrompt: t.string({
      nullable: true,
      description: 'The first message of the thread; it is stored, and not sent by itself.',
      resolve: ({ id }, _arguments, { loaders }) => loaders.threadPrompts.load(id),
    }),
    domain: t.exposeString('domain', {
      nullable: true,
      description: 'The type of work; the default for its orchestrations.',
    }),
    context: t.string({
      nullable: true,
      description: 'Instructions sent to the models with every turn.',
      resolve: ({ id }, _arguments, { loaders }) => loaders.threadContexts.load(id),
    }),
    onBusy: t.expose('onBusy', {
      type: OnBusyEnum,
      description: 'What happens to a new turn while an earlier one has not ended.',
    }),
    session: t.field({
      type: SessionType,
      nullable: true,
      description: 'Its session, if it has one; its tasks belong to the same session.',
      resolve: ({ sessionId }, _arguments, { loaders }) =>
        sessionId === null ? null : loaders.sessions.load(sessionId),
    }),
    tasks: t.connection(
      {
        type: TaskType,
        description:
          'The tasks among its turns, as in `tasks`. `first`: 0 to 100, or `last`: 1 to 100; default 20.',
        complexity: childPageCost,
        args: taskListArguments,
        resolve: ({ id }, { filter, ...page }, context, info) =>
          tasksOf(
            context,
            { parent: 'thread', id },
            { ...page, ...localTaskFilter(filter) },
            taskColumns(info),
          ),
      },
      TaskConnection,
    ),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});

builder.objectField(TaskType, 'thread', (t) =>
  t.field({
    type: ThreadType,
    nullable: true,
    description: 'The thread of which it is a turn.',
    extensions: { columns: ['threadId'] },
    resolve: ({ threadId }, _arguments, { loaders }) =>
      threadId === null ? null : loaders.threads.load(threadId),
  }),
);

const ThreadFilter = builder.inputType('ThreadFilter', {
  description: 'Without a session, all threads match, including those in no session.',
  fields: (t) => ({
    sessionId: t.id({ description: 'Only threads of this session.' }),
  }),
});

export const ThreadConnection = builder.connectionObject(
  { type: ThreadType, name: 'ThreadConnection', description: 'A page of threads.' },
  { name: 'ThreadEdge', description: 'A thread with its position in a list.' },
);

builder.queryFields((t) => ({
  thread: t.field({
    type: ThreadType,
    nullable: true,
    description: "One of the viewer's threads.",
    args: { id: t.arg.id({ required: true, description: 'The thread.' }) },
    resolve: (_root, { id }, context) => thread(context, localId('Thread', id)),
  }),
  threads: t.connection(
    {
      type: ThreadType,
      nullable: true,
      description: "The viewer's threads, newest first. `first`: 0 to 100, or `last`: 1 to 100; default 20.",
      complexity: pageCost,
      args: {
        ...pageArguments,
        filter: t.arg({
          type: ThreadFilter,
          description: 'Only items that match all of its fields; null matches everything.',
        }),
      },
      resolve: (_root, { filter, ...page }, context) =>
        threads(context, page, {
          sessionId: optionalId('Session', filter?.sessionId, 'filter.sessionId'),
        }),
    },
    ThreadConnection,
  ),
}));
