import { deliveriesOf } from '../../resolvers/integrations/delivery.ts';
import { integration, integrations } from '../../resolvers/integrations/integration.ts';
import type { IntegrationTest } from '../../rules/integrations/integration.ts';
import type { IntegrationRow } from '../../store/integrations/integrations.ts';
import { builder } from '../builder/builder.ts';
import { localId } from '../builder/global-id.ts';
import { pageCost } from '../builder/page-cost.ts';
import { DeliveryType } from './delivery.ts';
import { PlatformEnum, RunEndingEnum } from './integration-enums.ts';

export const IntegrationTestType = builder.objectRef<IntegrationTest>('IntegrationTest').implement({
  description: 'What came of asking the other side whether it knows us.',
  fields: (t) => ({
    at: t.field({ type: 'DateTime', description: 'When.', resolve: ({ at }) => new Date(at) }),
    succeeded: t.exposeBoolean('succeeded', { description: 'Whether it does.' }),
    account: t.exposeString('account', {
      nullable: true,
      description: 'Who we are there: the login at GitHub, the user name at GitLab. Null elsewhere.',
    }),
    message: t.exposeString('message', {
      description: 'For people: who answered what, or why nobody could be asked.',
    }),
  }),
});

export const IntegrationType = builder.objectRef<IntegrationRow>('Integration');
builder.node(IntegrationType, {
  description:
    'A place outside that the account is tied to. Those with a webhook or with Slack are told how runs end: tasks, executions and orchestrations, but not the parts of one.',
  id: { description: 'For every argument that asks for an integration.', resolve: ({ id }) => id },
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'sealedCredentials' in value,
  loadWithoutCache: (id, context) => integration(context, id),
  fields: (t) => ({
    platform: t.expose('platform', { type: PlatformEnum, description: 'What it is with.' }),
    name: t.exposeString('name', { description: 'For people.' }),
    url: t.exposeString('url', {
      nullable: true,
      description:
        "Where it is. Null: GitHub's or GitLab's own address, or Slack's, which is a part of the credentials.",
    }),
    credentialsHint: t.exposeString('credentialsHint', {
      nullable: true,
      description:
        'The last four characters of the credentials, by which you know them; null when those have fewer than 20. The rest is never shown again.',
    }),
    notifyOn: t.field({
      type: [RunEndingEnum],
      description: 'The ends of runs that it is told of.',
      resolve: ({ notifyOn }) => [...notifyOn],
    }),
    isActive: t.exposeBoolean('isActive', { description: 'Whether it is told of anything.' }),
    disabledReason: t.exposeString('disabledReason', {
      nullable: true,
      description: 'Why it was taken out of use, when its receiver answered that it is gone (410).',
    }),
    lastTest: t.expose('lastTest', {
      type: IntegrationTestType,
      nullable: true,
      description: 'What came of the last `testIntegration`.',
    }),
    deliveries: t.connection({
      type: DeliveryType,
      description: 'What it was told, newest first. `first` or `last`: 1 to 100, default 20.',
      complexity: pageCost,
      resolve: (row, page, context) => deliveriesOf(context, row, page),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
  }),
});

const IntegrationFilter = builder.inputType('IntegrationFilter', {
  fields: (t) => ({ platform: t.field({ type: PlatformEnum, description: 'Only those with this.' }) }),
});

builder.queryFields((t) => ({
  integration: t.field({
    type: IntegrationType,
    nullable: true,
    description: "One of the viewer's integrations.",
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, context) => integration(context, localId('Integration', id)),
  }),
  integrations: t.connection({
    type: IntegrationType,
    nullable: true,
    description: "The viewer's integrations, newest first. `first` or `last`: 1 to 100, default 20.",
    complexity: pageCost,
    args: { filter: t.arg({ type: IntegrationFilter }) },
    resolve: (_root, { filter, ...page }, context) => integrations(context, page, filter),
  }),
}));
