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
import { deletedPayload } from '../builder/deleted-payload.ts';
import { localId } from '../builder/global-id.ts';
import { idInput } from '../builder/id-input.ts';
import { DeliveryType } from './delivery.ts';
import { IntegrationTestType, IntegrationType } from './integration.ts';
import { PlatformEnum, RunEndingEnum } from './integration-enums.ts';

const IntegrationCredentialsInput = builder.inputType('IntegrationCredentialsInput', {
  description: 'The field that matches the platform. It is stored encrypted and never shown again.',
  isOneOf: true,
  fields: (t) => ({
    token: t.string({ description: 'GITHUB and GITLAB: an access token.' }),
    webhookUrl: t.string({ description: 'SLACK: the https URL of an incoming webhook.' }),
    secret: t.string({
      description:
        'WEBHOOK: the signing key, `whsec_` followed by 24 to 64 bytes in base64. Absent: one is generated and shown once.',
    }),
  }),
});

const NOTIFY_ON =
  'The run endings it is notified of. Absent: all, for SLACK and WEBHOOK; none for the others.';

const CreateIntegrationInput = builder.inputType('CreateIntegrationInput', {
  description:
    'Which of `url` and `credentials` are required depends on the platform; a WEBHOOK without a signing key is given one.',
  fields: (t) => ({
    platform: t.field({ type: PlatformEnum, required: true, description: 'The platform.' }),
    name: t.string({ description: 'Display name, 1 to 200 characters. Absent: the name of the platform.' }),
    url: t.string({
      description:
        'WEBHOOK: the https URL that messages are sent to. GITHUB, GITLAB: the address of your own server, `https://git.example.com`. SLACK: must be absent.',
    }),
    credentials: t.field({
      type: IntegrationCredentialsInput,
      description: 'Required, except for WEBHOOK.',
    }),
    notifyOn: t.field({ type: [RunEndingEnum], description: NOTIFY_ON }),
    isActive: t.boolean({ description: 'Whether it is notified. Default true.' }),
  }),
});

const UpdateIntegrationInput = builder.inputType('UpdateIntegrationInput', {
  description: 'Omitted fields stay unchanged.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The integration.' }),
    name: t.string({ description: 'Display name, 1 to 200 characters.' }),
    url: t.string({
      description:
        'Its URL; null: the default address of the platform. If it changes, the token has to be given again; it is not sent to another address.',
    }),
    credentials: t.field({ type: IntegrationCredentialsInput, description: 'New credentials.' }),
    notifyOn: t.field({ type: [RunEndingEnum], description: 'The run endings it is notified of.' }),
    isActive: t.boolean({
      description: 'Whether it is notified. Pending deliveries of an inactive integration fail.',
    }),
  }),
});

const DeleteIntegrationInput = idInput(
  'DeleteIntegrationInput',
  'The integration.',
  'To stop its messages without deleting it, set `isActive: false`.',
);

const TestIntegrationInput = idInput(
  'TestIntegrationInput',
  'The integration.',
  'A failed test is reported in the payload, not as an error.',
);

const RedeliverInput = idInput(
  'RedeliverInput',
  'The delivery.',
  'The integration must be active; a redelivery counts as a run in rate limits.',
);

const INTEGRATION = 'The integration after the change.';

const CreateIntegrationPayload = builder.objectRef<CreatedIntegration>('CreateIntegrationPayload').implement({
  description: 'A new integration.',
  fields: (t) => ({
    integration: t.expose('integration', { type: IntegrationType, description: INTEGRATION }),
    secret: t.exposeString('secret', {
      nullable: true,
      description: 'The signing key, if it was generated. Store it: it cannot be read later.',
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

const DeleteIntegrationPayload = deletedPayload('DeleteIntegrationPayload', 'A deleted integration.');

const TestIntegrationPayload = builder
  .objectRef<{ integration: IntegrationRow; test: IntegrationTest }>('TestIntegrationPayload')
  .implement({
    description: 'A tested integration.',
    fields: (t) => ({
      integration: t.expose('integration', { type: IntegrationType, description: INTEGRATION }),
      test: t.expose('test', { type: IntegrationTestType, description: 'Result of the test.' }),
    }),
  });

const RedeliverPayload = builder.objectRef<{ delivery: DeliveryRow }>('RedeliverPayload').implement({
  description: 'A delivery that is sent again.',
  fields: (t) => ({
    delivery: t.expose('delivery', { type: DeliveryType, description: 'The delivery after the change.' }),
  }),
});

builder.mutationFields((t) => ({
  createIntegration: t.field({
    type: CreateIntegrationPayload,
    nullable: true,
    description:
      'Connects the account to an external service; at most 50 per account. Check the connection with `testIntegration`.',
    args: { input: t.arg({ type: CreateIntegrationInput, required: true }) },
    resolve: (_root, { input }, context) => createIntegration(context, input),
  }),
  updateIntegration: t.field({
    type: UpdateIntegrationPayload,
    nullable: true,
    description: 'Updates an integration and, if given, its credentials.',
    args: { input: t.arg({ type: UpdateIntegrationInput, required: true }) },
    resolve: async (_root, { input: { id, ...input } }, context) => ({
      integration: await updateIntegration(context, localId('Integration', id, 'input.id'), input),
    }),
  }),
  deleteIntegration: t.field({
    type: DeleteIntegrationPayload,
    nullable: true,
    description:
      'Deletes an integration with its credentials and deliveries. It receives no further messages.',
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
      'Tests an integration, within ten seconds: GITHUB and GITLAB are asked for the owner of the token; SLACK and WEBHOOK are sent a message (`ping`, signed).',
    args: { input: t.arg({ type: TestIntegrationInput, required: true }) },
    resolve: (_root, { input: { id } }, context) =>
      testIntegration(context, localId('Integration', id, 'input.id')),
  }),
  redeliver: t.field({
    type: RedeliverPayload,
    nullable: true,
    description: 'Sends a delivery again, whatever its status, with all its attempts.',
    args: { input: t.arg({ type: RedeliverInput, required: true }) },
    resolve: async (_root, { input: { id } }, context) => ({
      delivery: await redeliver(context, localId('Delivery', id, 'input.id')),
    }),
  }),
}));
