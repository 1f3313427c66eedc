import { threads } from '../../resolvers/threads/list-threads.ts';
import { createThread, thread, updateThread } from '../../resolvers/threads/thread.ts';
import type { ThreadRow } from '../../store/threads/threads.ts';
import { ON_BUSY } from '../../vocabulary.ts';
import { builder } from '../builder/builder.ts';
import { capitals } from '../builder/enum-values.ts';
import { localId } from '../builder/global-id.ts';
import { pageArguments } from '../builder/page-arguments.ts';
import { pageCost } from '../builder/page-cost.ts';
import { SessionType } from '../sessions/session.ts';

const OnBusyEnum = builder.enumType('OnBusy', {
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
  loadWithoutCache: (id, context) => thread(context, id),
  fields: (t) => ({
    title: t.exposeString('title', { nullable: true, description: 'Its title.' }),
    originalPrompt: t.exposeString('originalPrompt', {
      nullable: true,
      description: 'The first message of the thread; it is stored, and not sent by itself.',
    }),
    domain: t.exposeString('domain', {
      nullable: true,
      description: 'The type of work; the default for its orchestrations.',
    }),
    context: t.exposeString('context', {
      nullable: true,
      description: 'Instructions sent to the models with every turn.',
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
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});

const CreateThreadInput = builder.inputType('CreateThreadInput', {
  description: 'Nothing is required; without a `sessionId`, the thread belongs to no session.',
  fields: (t) => ({
    title: t.string({ description: 'Its title, 1 to 200 characters.' }),
    sessionId: t.id({ description: 'An active session to create it in.' }),
    originalPrompt: t.string({
      description:
        'The first message of the thread, 1 to 100000 characters; it is stored, and not sent by itself.',
    }),
    domain: t.string({
      description: 'The type of work, the default for its orchestrations; 1 to 100 characters.',
    }),
    context: t.string({
      description: 'Instructions sent to the models with every turn, 1 to 100000 characters.',
    }),
    onBusy: t.field({
      type: OnBusyEnum,
      description: 'What happens to a new turn while an earlier one has not ended. Default QUEUE.',
    }),
  }),
});

const UpdateThreadInput = builder.inputType('UpdateThreadInput', {
  description: 'Omitted fields stay unchanged.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The thread.' }),
    title: t.string({ description: 'Its title, 1 to 200 characters; null removes it.' }),
    domain: t.string({
      description:
        'The type of work, the default for its later orchestrations; 1 to 100 characters; null removes it.',
    }),
    context: t.string({
      description:
        'Instructions sent to the models with every later turn, 1 to 100000 characters; null removes them.',
    }),
    onBusy: t.field({
      type: OnBusyEnum,
      description: 'What happens to a new turn while an earlier one has not ended.',
    }),
  }),
});

const CreateThreadPayload = builder.objectRef<{ thread: ThreadRow }>('CreateThreadPayload').implement({
  description: 'A new thread.',
  fields: (t) => ({
    thread: t.expose('thread', { type: ThreadType, description: 'The new thread, still empty.' }),
  }),
});

const UpdateThreadPayload = builder.objectRef<{ thread: ThreadRow }>('UpdateThreadPayload').implement({
  description: 'A changed thread.',
  fields: (t) => ({
    thread: t.expose('thread', { type: ThreadType, description: 'The thread after the change.' }),
  }),
});

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
      description: "The viewer's threads, newest first. `first` or `last`: 1 to 100, default 20.",
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
          sessionId: filter?.sessionId && localId('Session', filter.sessionId, 'filter.sessionId'),
        }),
    },
    ThreadConnection,
  ),
}));

builder.mutationField('createThread', (t) =>
  t.field({
    type: CreateThreadPayload,
    nullable: true,
    description:
      'Creates a thread, a conversation. Add turns with `createTask(input: { threadId: … })` or `startOrchestration`.',
    args: { input: t.arg({ type: CreateThreadInput, required: true }) },
    resolve: async (_root, { input }, context) => ({
      thread: await createThread(context, {
        ...input,
        sessionId: input.sessionId && localId('Session', input.sessionId, 'input.sessionId'),
      }),
    }),
  }),
);

builder.mutationField('updateThread', (t) =>
  t.field({
    type: UpdateThreadPayload,
    nullable: true,
    description: 'Updates a thread. Turns that are already waiting keep waiting.',
    args: { input: t.arg({ type: UpdateThreadInput, required: true }) },
    resolve: async (_root, { input: { id, ...change } }, context) => ({
      thread: await updateThread(context, localId('Thread', id, 'input.id'), change),
    }),
  }),
);
