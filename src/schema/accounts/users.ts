import { deleteUser, updateUser, users } from '../../resolvers/accounts/users.ts';
import type { AccountRow } from '../../store/accounts/accounts.ts';
import { builder } from '../builder/builder.ts';
import { deletedPayload } from '../builder/deleted-payload.ts';
import { localId } from '../builder/global-id.ts';
import { idInput } from '../builder/id-input.ts';
import { pageCost } from '../builder/page-cost.ts';
import { UserType } from './account.ts';
import { UserRetentionInput } from './retention.ts';

const UserQuotasInput = builder.inputType('UserQuotasInput', {
  description:
    'Storage quotas of an account. Omitted quotas stay unchanged; null resets a quota to the default of the installation.',
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
  description: 'Omitted fields stay unchanged.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The account.' }),
    isActive: t.boolean({
      description:
        'False disables the account: within a second its credentials are rejected, its sockets and streams are closed, and its schedules are skipped. Runs that already exist continue.',
    }),
    isAdmin: t.boolean({ description: 'Whether it is an admin. The last active admin cannot be demoted.' }),
    maxConcurrentRuns: t.int({
      description:
        'Maximum number of its tasks and orchestrations that run at the same time on all workers together, at least 1; null removes the limit.',
    }),
    maxQueuedRuns: t.int({
      description:
        'Maximum number of its runs that are QUEUED at the same time, at least 1; null resets it to 10000.',
    }),
    costLimit: t.float({
      description:
        'US dollars that all tasks of the account may cost together, counted from its registration; null: no limit.',
    }),
    quotas: t.field({ type: UserQuotasInput, description: 'Storage quotas.' }),
    retention: t.field({ type: UserRetentionInput, description: 'For how long its data is kept.' }),
  }),
});

const UpdateUserPayload = builder.objectRef<{ user: AccountRow }>('UpdateUserPayload').implement({
  description: 'A changed account.',
  fields: (t) => ({
    user: t.expose('user', { type: UserType, description: 'The account after the change.' }),
  }),
});

const DeleteUserInput = idInput(
  'DeleteUserInput',
  'The account.',
  'The only active admin and the local admin cannot be deleted.',
);

const DeleteUserPayload = deletedPayload('DeleteUserPayload', 'A deleted account.');

const UserFilter = builder.inputType('UserFilter', {
  description: 'Absent and null fields match every account.',
  fields: (t) => ({
    email: t.string({ description: 'Only the account with this address.' }),
    isActive: t.boolean({ description: 'true: only active accounts; false: only disabled ones.' }),
    isAdmin: t.boolean({ description: 'true: only admins; false: only accounts that are not admins.' }),
  }),
});

const UserConnection = builder.connectionObject(
  { type: UserType, name: 'UserConnection', description: 'A page of accounts.' },
  { name: 'UserEdge', description: 'An account with its position in a list.' },
);

builder.queryField('users', (t) =>
  t.connection(
    {
      type: UserType,
      nullable: true,
      description:
        'For admins: all accounts, newest first. `first`: 0 to 100, or `last`: 1 to 100; default 20.',
      complexity: pageCost,
      args: {
        filter: t.arg({
          type: UserFilter,
          description: 'Only items that match all of its fields; null matches everything.',
        }),
      },
      resolve: (_root, { filter, ...page }, context) => users(context, page, filter),
    },
    UserConnection,
  ),
);

builder.mutationFields((t) => ({
  updateUser: t.field({
    type: UpdateUserPayload,
    nullable: true,
    description:
      'For admins: enables or disables an account, grants or revokes admin rights, and sets its limits, its quotas and for how long its data is kept.',
    args: { input: t.arg({ type: UpdateUserInput, required: true }) },
    resolve: async (_root, { input: { id, ...input } }, context) => ({
      user: await updateUser(context, localId('User', id, 'input.id'), input),
    }),
  }),
  deleteUser: t.field({
    type: DeleteUserPayload,
    nullable: true,
    description:
      'For admins: deletes an account. It is disabled immediately, its data are deleted in the background, and its address can be registered again at once.',
    args: { input: t.arg({ type: DeleteUserInput, required: true }) },
    resolve: async (_root, { input: { id } }, context) => {
      await deleteUser(context, localId('User', id, 'input.id'));
      return { deletedId: id };
    },
  }),
}));
