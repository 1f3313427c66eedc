import { deliveriesOf } from '../../resolvers/integrations/delivery.ts';
import { integration, integrations } from '../../resolvers/integrations/integration.ts';
import type { IntegrationTest } from '../../rules/integrations/integration.ts';
import type { IntegrationRow } from '../../store/integrations/integrations.ts';
import { builder } from '../builder/builder.ts';
import { localId } from '../builder/global-id.ts';
import { pageCost } from '../builder/page-cost.ts';
import { DeliveryConnection, DeliveryType } from './delivery.ts';
import { PlatformEnum, RunEndingEnum } from './integration-enums.ts';

export const IntegrationTestType = builder.objectRef<IntegrationTest>('IntegrationTest').implement({
  description: 'Result of a connection test.',
  fields: (t) => ({
    at: t.field({ type: 'DateTime', description: 'When.', resolve: ({ at }) => new Date(at) }),
    succeeded: t.exposeBoolean('succeeded', { description: 'Whether the test succeeded.' }),
    account: t.exposeString('account', {
      nullable: true,
      description:
        'The owner of the token: the login at GitHub, the user name at GitLab. Null for other platforms.',
    }),
    message: t.exposeString('message', {
      description: 'A readable explanation: the response, or why no request could be made.',
    }),
  }),
});

export const IntegrationType = builder.objectRef<IntegrationRow>('Integration');
builder.node(IntegrationType, {
  description:
    'A connection of the account to an external service. Webhooks and Slack are notified when runs end: tasks, executions and orchestrations, but not the parts of an execution.',
  id: {
    description: "Global id; pass it to any argument that takes an integration's id.",
    resolve: ({ id }) => id,
  },
  fields: (t) => ({
    platform: t.expose('platform', { type: PlatformEnum, description: 'The platform.' }),
    name: t.exposeString('name', { description: 'Display name.' }),
    url: t.exposeString('url', {
      nullable: true,
      description:
        'Its URL. Null: the default address of GitHub or GitLab. For Slack the URL is part of the credentials.',
    }),
    credentialsHint: t.exposeString('credentialsHint', {
      nullable: true,
      description:
        'The last four characters of the credentials, to recognise them by; null if they have fewer than 20. The rest is never shown again.',
    }),
    notifyOn: t.field({
      type: [RunEndingEnum],
      description: 'The run endings it is notified of.',
      resolve: ({ notifyOn }) => [...notifyOn],
    }),
    isActive: t.exposeBoolean('isActive', { description: 'Whether it is notified.' }),
    disabledReason: t.exposeString('disabledReason', {
      nullable: true,
      description: 'Why it was disabled, if its receiver responded with 410 Gone.',
    }),
    lastTest: t.expose('lastTest', {
      type: IntegrationTestType,
      nullable: true,
      description: 'Result of the last `testIntegration`.',
    }),
    deliveries: t.connection(
      {
        type: DeliveryType,
        description: 'Its deliveries, newest first. `first`: 0 to 100, or `last`: 1 to 100; default 20.',
        complexity: pageCost,
        resolve: (row, page, context) => deliveriesOf(context, row, page),
      },
      DeliveryConnection,
    ),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
  }),
});

const IntegrationFilter = builder.inputType('IntegrationFilter', {
  description: 'Without a platform, the integrations of all platforms match.',
  fields: (t) => ({
    platform: t.field({ type: PlatformEnum, description: 'Only integrations of this platform.' }),
  }),
});

const IntegrationConnection = builder.connectionObject(
  { type: IntegrationType, name: 'IntegrationConnection', description: 'A page of integrations.' },
  { name: 'IntegrationEdge', description: 'An integration with its position in a list.' },
);

builder.queryFields((t) => ({
  integration: t.field({
    type: IntegrationType,
    nullable: true,
    description: "One of the viewer's integrations.",
    args: { id: t.arg.id({ required: true, description: 'The integration.' }) },
    resolve: (_root, { id }, context) => integration(context, localId('Integration', id)),
  }),
  integrations: t.connection(
    {
      type: IntegrationType,
      nullable: true,
      description:
        "The viewer's integrations, newest first. `first`: 0 to 100, or `last`: 1 to 100; default 20.",
      complexity: pageCost,
      args: {
        filter: t.arg({
          type: IntegrationFilter,
          description: 'Only items that match all of its fields; null matches everything.',
        }),
      },
      resolve: (_root, { filter, ...page }, context) => integrations(context, page, filter),
    },
    IntegrationConnection,
  ),
}));
