import { redeliver } from '../../resolvers/integrations/delivery.ts';
import {
  type CreatedIntegration,
  createIntegration,
  deleteIntegration,
  testIntegration,
  updateIntegration,
} from '../../resolvers/integrations/integration.ts';
import type { IntegrationTest } from '../../rules/integrations/integration.ts';
import type { DeliveryRow } from '../../store/integrations/deliveries.ts';
import type { IntegrationRow } from '../../store/integrations/integrations.ts';
import { builder } from '../builder/builder.ts';
import { localId } from '../builder/global-id.ts';
import { DeliveryType } from './delivery.ts';
import { IntegrationTestType, IntegrationType } from './integration.ts';
import { PlatformEnum, RunEndingEnum } from './integration-enums.ts';

const IntegrationCredentialsInput = builder.inputType('IntegrationCredentialsInput', {
  description: 'The one member that the platform has. It is stored encrypted and never shown again.',
  fields: (t) => ({
    token: t.string({ description: 'Of GITHUB and GITLAB: an access token.' }),
    webhookUrl: t.string({ description: 'Of SLACK: the address of an incoming webhook, over https.' }),
    secret: t.string({
      description:
        'Of WEBHOOK: the key that signs, `whsec_` and 24 to 64 bytes in base64. Absent: one is made and shown once.',
    }),
  }),
});

const NOTIFY_ON =
  'The ends of runs that it is told of. Absent: all, for SLACK and WEBHOOK; the others are told of none.';

const CreateIntegrationInput = builder.inputType('CreateIntegrationInput', {
  fields: (t) => ({
    platform: t.field({ type: PlatformEnum, required: true, description: 'What it is with.' }),
    name: t.string({ description: "For people; 1 to 200 characters. Absent: the platform's." }),
    url: t.string({
      description:
        'WEBHOOK: where messages are sent, over https. GITHUB, GITLAB: a server of your own, `https://git.example.com`. SLACK: none.',
    }),
    credentials: t.field({
      type: IntegrationCredentialsInput,
      description: 'Required, except of WEBHOOK.',
    }),
    notifyOn: t.field({ type: [RunEndingEnum], description: NOTIFY_ON }),
    isActive: t.boolean({ description: 'Whether it is told of anything. Absent: true.' }),
  }),
});

const UpdateIntegrationInput = builder.inputType('UpdateIntegrationInput', {
  description: 'What is absent stays as it is.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The integration.' }),
    name: t.string({ description: 'For people; 1 to 200 characters.' }),
    url: t.string({
      description:
        "Where it is; null: the platform's own address. A token is not sent to another address: give it again.",
    }),
    credentials: t.field({ type: IntegrationCredentialsInput, description: 'New credentials.' }),
    notifyOn: t.field({ type: [RunEndingEnum], description: 'The ends of runs that it is told of.' }),
    isActive: t.boolean({
      description: 'Whether it is told of anything. What is due to one that is not, fails.',
    }),
  }),
});

const DeleteIntegrationInput = builder.inputType('DeleteIntegrationInput', {
  fields: (t) => ({ id: t.id({ required: true, description: 'The integration.' }) }),
});

const TestIntegrationInput = builder.inputType('TestIntegrationInput', {
  fields: (t) => ({ id: t.id({ required: true, description: 'The integration.' }) }),
});

const RedeliverInput = builder.inputType('RedeliverInput', {
  fields: (t) => ({ id: t.id({ required: true, description: 'The delivery.' }) }),
});

const INTEGRATION = 'The integration, as it is now.';

const CreateIntegrationPayload = builder.objectRef<CreatedIntegration>('CreateIntegrationPayload').implement({
  description: 'A fresh integration.',
  fields: (t) => ({
    integration: t.expose('integration', { type: IntegrationType, description: INTEGRATION }),
    secret: t.exposeString('secret', {
      nullable: true,
      description: 'The key that signs, when it was made here. Keep it: nobody can read it later.',
    }),
  }),
});

const UpdateIntegrationPayload = builder
  .objectRef<{ integration: IntegrationRow }>('UpdateIntegrationPayload')
  .implement({
    description: 'A changed integration.',
    fields: (t) => ({
      integration: t.expose('integration', { type: IntegrationType, description: INTEGRATION }),
    }),
  });

const DeleteIntegrationPayload = builder
  .objectRef<{ deletedId: string }>('DeleteIntegrationPayload')
  .implement({
    description: 'An integration that is no more.',
    fields: (t) => ({
      deletedId: t.id({ description: 'The id that it had.', resolve: ({ deletedId }) => deletedId }),
    }),
  });

const TestIntegrationPayload = builder
  .objectRef<{ integration: IntegrationRow; test: IntegrationTest }>('TestIntegrationPayload')
  .implement({
    description: 'An integration that was tried out.',
    fields: (t) => ({
      integration: t.expose('integration', { type: IntegrationType, description: INTEGRATION }),
      test: t.expose('test', { type: IntegrationTestType, description: 'What came of it.' }),
    }),
  });

const RedeliverPayload = builder.objectRef<{ delivery: DeliveryRow }>('RedeliverPayload').implement({
  description: 'A message that is sent again.',
  fields: (t) => ({
    delivery: t.expose('delivery', { type: DeliveryType, description: 'The delivery, as it is now.' }),
  }),
});

builder.mutationFields((t) => ({
  createIntegration: t.field({
    type: CreateIntegrationPayload,
    nullable: true,
    description: 'Ties the account to a place outside; at most 50. `testIntegration` tells whether it holds.',
    args: { input: t.arg({ type: CreateIntegrationInput, required: true }) },
    resolve: (_root, { input }, context) => createIntegration(context, input),
  }),
  updateIntegration: t.field({
    type: UpdateIntegrationPayload,
    nullable: true,
    description: 'Changes an integration, its credentials too.',
    args: { input: t.arg({ type: UpdateIntegrationInput, required: true }) },
    resolve: async (_root, { input: { id, ...input } }, context) => ({
      integration: await updateIntegration(context, localId('Integration', id, 'input.id'), input),
    }),
  }),
  deleteIntegration: t.field({
    type: DeleteIntegrationPayload,
    nullable: true,
    description:
      'Takes an integration away, with its credentials and deliveries; it is told of nothing more.',
    args: { input: t.arg({ type: DeleteIntegrationInput, required: true }) },
    resolve: async (_root, { input: { id } }, context) => {
      await deleteIntegration(context, localId('Integration', id, 'input.id'));
      return { deletedId: id };
    },
  }),
  testIntegration: t.field({
    type: TestIntegrationPayload,
    nullable: true,
    description:
      'Tries an integration out, within ten seconds: GITHUB and GITLAB are asked who we are, SLACK and WEBHOOK are sent a message (`ping`, signed).',
    args: { input: t.arg({ type: TestIntegrationInput, required: true }) },
    resolve: (_root, { input: { id } }, context) =>
      testIntegration(context, localId('Integration', id, 'input.id')),
  }),
  redeliver: t.field({
    type: RedeliverPayload,
    nullable: true,
    description: 'Sends a message again, whatever became of it, with all of its tries.',
    args: { input: t.arg({ type: RedeliverInput, required: true }) },
    resolve: async (_root, { input: { id } }, context) => ({
      delivery: await redeliver(context, localId('Delivery', id, 'input.id')),
    }),
  }),
}));
