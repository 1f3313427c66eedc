import { createSession, deleteSession, updateSession } from '../../resolvers/sessions/session.ts';
import type { SessionRow } from '../../store/sessions/sessions.ts';
import { builder } from '../builder/builder.ts';
import { SessionStatusEnum } from '../builder/enums.ts';
import { localId } from '../builder/global-id.ts';
import { SessionType } from './session.ts';

const SessionSettingsInput = builder.inputType('SessionSettingsInput', {
  description:
    'How a session wants its work done. In a change, what is absent stays, and null takes it away.',
  fields: (t) => ({
    preferredModels: t.stringList({
      description: 'At most 20, best first; one that is not there is passed over.',
    }),
    maxIterations: t.int({
      description: 'How many turns an agent may take, and how often an answer may be improved, 1 to 100.',
    }),
    evaluationThreshold: t.float({
      description: 'The score at which an answer is good enough, 0 to 10.',
    }),
  }),
});

const CreateSessionInput = builder.inputType('CreateSessionInput', {
  fields: (t) => ({
    name: t.string({ description: 'For people; 1 to 200 characters.' }),
    description: t.string({ description: 'For people; at most 10000 characters.' }),
    settings: t.field({ type: SessionSettingsInput, description: 'How its work is done.' }),
    workingDirectory: t.string({
      description: 'The folder that its tasks work in; at most 4096 characters.',
    }),
    userLabel: t.string({
      description:
        'Whom it is for, in the words of a client that has users of its own; 1 to 200 characters. `sessions` can be filtered by it.',
    }),
    costLimit: t.float({
      description:
        'US dollars that all its tasks may cost together. An answer that does not fit is shortened, or its task fails with BUDGET_EXCEEDED.',
    }),
  }),
});

const UpdateSessionInput = builder.inputType('UpdateSessionInput', {
  description: 'What is absent stays as it is.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The session.' }),
    name: t.string({ description: 'For people; 1 to 200 characters; null: none.' }),
    description: t.string({ description: 'For people; at most 10000 characters; null: none.' }),
    status: t.field({
      type: SessionStatusEnum,
      description:
        'Whether it takes new tasks. What runs in it goes on; one that is completed may be active again.',
    }),
    settings: t.field({ type: SessionSettingsInput, description: 'How its work is done.' }),
    costLimit: t.float({
      description: 'US dollars that all its tasks may cost together, from the first on; null: without limit.',
    }),
  }),
});

const DeleteSessionInput = builder.inputType('DeleteSessionInput', {
  fields: (t) => ({ id: t.id({ required: true, description: 'The session.' }) }),
});

function payload(name: string, description: string) {
  return builder.objectRef<{ session: SessionRow }>(name).implement({
    description,
    fields: (t) => ({
      session: t.expose('session', { type: SessionType, description: 'The session, as it is now.' }),
    }),
  });
}

const CreateSessionPayload = payload('CreateSessionPayload', 'A fresh session.');
const UpdateSessionPayload = payload('UpdateSessionPayload', 'A changed session.');

const DeleteSessionPayload = builder.objectRef<{ deletedId: string }>('DeleteSessionPayload').implement({
  description: 'A session that is no more.',
  fields: (t) => ({
    deletedId: t.id({ description: 'The id that it had.', resolve: ({ deletedId }) => deletedId }),
  }),
});

builder.mutationFields((t) => ({
  createSession: t.field({
    type: CreateSessionPayload,
    nullable: true,
    description: 'Begins a working context. Put tasks in it with `createTask(input: { sessionId: … })`.',
    args: { input: t.arg({ type: CreateSessionInput, required: true }) },
    resolve: async (_root, { input }, context) => ({ session: await createSession(context, input) }),
  }),
  updateSession: t.field({
    type: UpdateSessionPayload,
    nullable: true,
    description: 'Changes a session, what it may cost, and whether it takes new tasks.',
    args: { input: t.arg({ type: UpdateSessionInput, required: true }) },
    resolve: async (_root, { input: { id, ...input } }, context) => ({
      session: await updateSession(context, localId('Session', id, 'input.id'), input),
    }),
  }),
  deleteSession: t.field({
    type: DeleteSessionPayload,
    nullable: true,
    description:
      'Takes a session away with its tasks, their logs and its threads. What is not finished is cancelled first.',
    args: { input: t.arg({ type: DeleteSessionInput, required: true }) },
    resolve: async (_root, { input: { id } }, context) => {
      await deleteSession(context, localId('Session', id, 'input.id'));
      return { deletedId: id };
    },
  }),
}));
