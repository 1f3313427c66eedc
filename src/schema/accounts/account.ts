import { retentionOf } from '../../resolvers/accounts/users.ts';
import { viewer } from '../../resolvers/request/viewer.ts';
import { ACCOUNT_LIMITS } from '../../rules/accounts/account-limits.ts';
import type { AccountRow } from '../../store/accounts/accounts.ts';
import { builder } from '../builder/builder.ts';
import { BudgetType } from '../runs/budget.ts';
import { UserQuotasType } from './quotas.ts';
import { UserRetentionType } from './retention.ts';

export const UserType = builder.objectRef<AccountRow>('User');
builder.node(UserType, {
  description: 'An account.',
  id: { description: "The account's id.", resolve: ({ id }) => id },
  fields: (t) => ({
    email: t.exposeString('email', { description: 'In lower case.' }),
    name: t.exposeString('name', { description: 'Display name.' }),
    isAdmin: t.exposeBoolean('isAdmin', { description: 'Whether the account is an admin.' }),
    isActive: t.exposeBoolean('isActive', {
      description: 'False: an admin has disabled it, and its credentials are refused.',
    }),
    maxConcurrentRuns: t.exposeInt('maxConcurrentRuns', {
      nullable: true,
      description:
        'Maximum number of its tasks and orchestrations that run at the same time, on all workers together; null: unlimited.',
    }),
    maxQueuedRuns: t.int({
      description: 'Maximum number of its runs that are QUEUED at the same time.',
      resolve: ({ maxQueuedRuns }) => maxQueuedRuns ?? ACCOUNT_LIMITS.maxQueuedRuns.unlessSet,
    }),
    budget: t.field({
      type: BudgetType,
      nullable: true,
      description: 'The cost limit on all its tasks together, if an admin has set one.',
      resolve: ({ id }, _arguments, { loaders }) => loaders.budgets.load(id),
    }),
    quotas: t.field({
      type: UserQuotasType,
      // Loaded for one account at a time.
      complexity: 20,
      description: 'Storage quotas and their usage. Creating more than they allow fails with QUOTA_EXCEEDED.',
      resolve: ({ id }, _arguments, { store }) => store.quotas.read(id),
    }),
    retention: t.field({
      type: UserRetentionType,
      // Loaded for one account at a time.
      complexity: 20,
      description: 'For how long its data is kept.',
      resolve: ({ id }, _arguments, context) => retentionOf(context, id),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was registered.' }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: UserType,
    nullable: true,
    description: 'The account that sends the request.',
    resolve: (_root, _arguments, context) => viewer(context),
  }),
);
