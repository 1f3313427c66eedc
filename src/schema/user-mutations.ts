import { updateUser } from '../resolvers/user.ts';
import type { User } from '../store/entities/user.ts';
import { UserType } from './account.ts';
import { builder } from './builder.ts';
import { localId } from './global-id.ts';

const UserQuotasInput = builder.inputType('UserQuotasInput', {
  description:
    'Storage quotas of an account. Omit a quota to leave it unchanged; null resets it to the default of the installation.',
  fields: (t) => ({
    runs: t.float({ description: 'Maximum number of tasks, executions and orchestrations; a whole number.' }),
    objects: t.float({
      description:
        'Maximum number of sessions, threads, agents, templates, workflows, integrations, API keys and models; a whole number.',
    }),
    bytes: t.float({ description: 'Maximum bytes stored for the account; a whole number.' }),
  }),
});

const UpdateUserInput = builder.inputType('UpdateUserInput', {
  fields: (t) => ({
    id: t.id({ required: true, description: 'The account.' }),
    costLimit: t.float({
      description: 'US dollars that all its tasks may cost together, from the first on; null: without limit.',
    }),
    quotas: t.field({ type: UserQuotasInput, description: 'Storage quotas.' }),
  }),
});

const UpdateUserPayload = builder.objectRef<{ user: User }>('UpdateUserPayload').implement({
  description: 'A changed account.',
  fields: (t) => ({ user: t.expose('user', { type: UserType, description: 'The account, as it is now.' }) }),
});

builder.mutationField('updateUser', (t) =>
  t.field({
    type: UpdateUserPayload,
    nullable: true,
    description: 'For admins: sets the cost limit and the storage quotas of an account.',
    args: { input: t.arg({ type: UpdateUserInput, required: true }) },
    resolve: async (_root, { input: { id, ...input } }, context) => ({
      user: await updateUser(context, localId('User', id, 'input.id'), input),
    }),
  }),
);
