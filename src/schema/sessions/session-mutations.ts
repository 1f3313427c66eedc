import { createSession, deleteSession, updateSession } from '../../resolvers/sessions/session.ts';
import type { SessionRow } from '../../store/sessions/sessions.ts';
import { builder } from '../builder/builder.ts';
import { deletedPayload } from '../builder/deleted-payload.ts';
import { SessionStatusEnum } from '../builder/enums.ts';
import { localId } from '../builder/global-id.ts';
import { idInput } from '../builder/id-input.ts';
import { SessionType } from './session.ts';

const SessionSettingsInput = builder.inputType('SessionSettingsInput', {
  description:
    'Settings for the work in a session. In an update, omitted fields stay unchanged and null removes a setting.',
  fields: (t) => ({
    preferredModels: t.stringList({
      description: 'Preferred models, at most 20, best first; unavailable ones are skipped.',
    }),
    maxIterations: t.int({
      description: 'Maximum number of turns of an agent and rounds of an orchestration, 1 to 100.',
    }),
    evaluationThreshold: t.float({
      description: 'The score at which an answer is good enough, 0 to 10.',
    }),
  }),
});

const CreateSessionInput = builder.inputType('CreateSessionInput', {
  description: 'Nothing is required; without a `workingDirectory`, the session gets a new folder.',
  fields: (t) => ({
    name: t.string({ description: 'Display name, 1 to 200 characters.' }),
    description: t.string({ description: 'A description, at most 10000 characters.' }),
    settings: t.field({ type: SessionSettingsInput, description: 'Settings for its work.' }),
    workingDirectory: t.string({
      description:
        "Path of the folder that its tasks work in; at most 4096 characters. It is relative to your own folder on the server, or absolute and below it. The local admin may also name existing folders that belong to the server's own user, while the server listens on a loopback address.",
    }),
    relocateDirectory: t.boolean({
      description:
        'True: an absolute `workingDirectory` that is not permitted is created below your own folder instead of being refused: `/srv/app` becomes `srv/app` there, and `namedDirectory` stays `/srv/app`.',
    }),
    userLabel: t.string({
      description:
        'A label for clients with users of their own, naming the user; 1 to 200 characters. `sessions` can be filtered by it.',
    }),
    costLimit: t.float({
      description:
        'US dollars that all its tasks may cost together. The output limit of a call is lowered to fit; if that is not enough, its task fails with BUDGET_EXCEEDED.',
    }),
  }),
});

const UpdateSessionInput = builder.inputType('UpdateSessionInput', {
  description: 'Omitted fields stay unchanged.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The session.' }),
    name: t.string({ description: 'Display name, 1 to 200 characters; null removes it.' }),
    description: t.string({ description: 'A description, at most 10000 characters; null removes it.' }),
    status: t.field({
      type: SessionStatusEnum,
      description:
        'Whether it accepts new tasks. Existing runs continue; a completed session can become active again.',
    }),
    settings: t.field({ type: SessionSettingsInput, description: 'Settings for its work.' }),
    costLimit: t.float({
      description:
        'US dollars that all its tasks may cost together, counted from its creation; null: no limit.',
    }),
  }),
});

const DeleteSessionInput = idInput(
  'DeleteSessionInput',
  'The session.',
  'A folder that was created for the session is deleted too; one that was given as `workingDirectory` is kept.',
);

function payload(name: string, description: string) {
  return builder.objectRef<{ session: SessionRow }>(name).implement({
    description,
    fields: (t) => ({
      session: t.expose('session', { type: SessionType, description: 'The session after the change.' }),
    }),
  });
}

const CreateSessionPayload = payload('CreateSessionPayload', 'A new session.');
const UpdateSessionPayload = payload('UpdateSessionPayload', 'A changed session.');

const DeleteSessionPayload = deletedPayload('DeleteSessionPayload', 'A deleted session.');

builder.mutationFields((t) => ({
  createSession: t.field({
    type: CreateSessionPayload,
    nullable: true,
    description:
      'Creates a session, a working context. Add tasks with `createTask(input: { sessionId: … })`.',
    args: { input: t.arg({ type: CreateSessionInput, required: true }) },
    resolve: async (_root, { input }, context) => ({ session: await createSession(context, input) }),
  }),
  updateSession: t.field({
    type: UpdateSessionPayload,
    nullable: true,
    description: 'Updates a session: its settings, its cost limit, and whether it accepts new tasks.',
    args: { input: t.arg({ type: UpdateSessionInput, required: true }) },
    resolve: async (_root, { input: { id, ...input } }, context) => ({
      session: await updateSession(context, localId('Session', id, 'input.id'), input),
    }),
  }),
  deleteSession: t.field({
    type: DeleteSessionPayload,
    nullable: true,
    description:
      'Deletes a session with its tasks, their logs and its threads. Unfinished runs are cancelled first.',
    args: { input: t.arg({ type: DeleteSessionInput, required: true }) },
    resolve: async (_root, { input: { id } }, context) => {
      await deleteSession(context, localId('Session', id, 'input.id'));
      return { deletedId: id };
    },
  }),
}));
