import { createThread, updateThread } from '../../resolvers/threads/thread.ts';
import type { ThreadRow } from '../../store/threads/threads.ts';
import { builder } from '../builder/builder.ts';
import { localId, optionalId } from '../builder/global-id.ts';
import { OnBusyEnum, ThreadType } from './thread.ts';

const CreateThreadInput = builder.inputType('CreateThreadInput', {
  description: 'Nothing is required; without a `sessionId`, the thread belongs to no session.',
  fields: (t) => ({
    title: t.string({ description: 'Its title, 1 to 200 characters.' }),
    sessionId: t.id({ description: 'An active session to create it in.' }),
    originalPrompt: t.string({
      description:
        'The first message of the thread, 1 to 5000000 characters; it is stored, and not sent by itself.',
    }),
    domain: t.string({
      description: 'The type of work, the default for its orchestrations; 1 to 100 characters.',
    }),
    context: t.string({
      description: 'Instructions sent to the models with every turn, 1 to 5000000 characters.',
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
        'Instructions sent to the models with every later turn, 1 to 5000000 characters; null removes them.',
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
        sessionId: optionalId('Session', input.sessionId, 'input.sessionId'),
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
