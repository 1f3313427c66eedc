import {
  apiKeys,
  createApiKey,
  deleteApiKey,
  rotateApiKey,
  type ShownApiKey,
} from '../../resolvers/accounts/api-keys.ts';
import type { ApiKeyRow } from '../../store/accounts/api-keys.ts';
import { SCOPES } from '../../vocabulary.ts';
import { builder } from '../builder/builder.ts';
import { deletedPayload } from '../builder/deleted-payload.ts';
import { localId } from '../builder/global-id.ts';
import { idInput } from '../builder/id-input.ts';
import { pageCost } from '../builder/page-cost.ts';
import { ScopeEnum } from './scope.ts';

const ApiKeyType = builder.objectRef<ApiKeyRow>('ApiKey');
builder.node(ApiKeyType, {
  description:
    'A key for programs; sent as `X-API-Key` or as a Bearer token. The key itself is shown once, when it is created or rotated.',
  id: { description: 'Id of the key, not its secret.', resolve: ({ id }) => id },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'What it is for.' }),
    prefix: t.exposeString('prefix', { description: 'Its first characters, to recognise it by.' }),
    scopes: t.field({
      type: [ScopeEnum],
      description: 'What it may do.',
      resolve: ({ scopes }) => scopes ?? [...SCOPES],
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it expires; null: never.',
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last used, to the minute; null: never.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
  }),
});

const CreateApiKeyInput = builder.inputType('CreateApiKeyInput', {
  description:
    'Only `name` is required; a key that is created with nothing else never expires and may do everything the account may.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'What it is for, 1 to 200 characters.' }),
    scopes: t.field({
      type: [ScopeEnum],
      description: 'What it may do; absent: everything the account may.',
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'When it expires; must be in the future. Absent: never.',
    }),
  }),
});

const DeleteApiKeyInput = idInput(
  'DeleteApiKeyInput',
  'The key.',
  'To replace only the secret of a key, use `rotateApiKey`.',
);

const RotateApiKeyInput = builder.inputType('RotateApiKeyInput', {
  description: 'The new secret is valid at once; the former one stays valid for `graceSeconds`.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The key.' }),
    graceSeconds: t.int({
      description: 'How long the former secret stays valid, 0 to 604800; absent: it is invalid at once.',
    }),
  }),
});

const CreateApiKeyPayload = builder.objectRef<ShownApiKey>('CreateApiKeyPayload').implement({
  description: 'A new API key.',
  fields: (t) => ({
    apiKey: t.expose('apiKey', {
      type: ApiKeyType,
      description: 'The stored key object, without its secret.',
    }),
    key: t.exposeString('key', { description: 'The key. It cannot be shown again.' }),
  }),
});

const RotateApiKeyPayload = builder.objectRef<ShownApiKey>('RotateApiKeyPayload').implement({
  description: 'An API key with a new secret.',
  fields: (t) => ({
    apiKey: t.expose('apiKey', {
      type: ApiKeyType,
      description: 'The stored key object, without its secret.',
    }),
    key: t.exposeString('key', { description: 'The new key. It cannot be shown again.' }),
  }),
});

const DeleteApiKeyPayload = deletedPayload('DeleteApiKeyPayload', 'A deleted API key.');

const ApiKeyConnection = builder.connectionObject(
  { type: ApiKeyType, name: 'ApiKeyConnection', description: 'A page of API keys.' },
  { name: 'ApiKeyEdge', description: 'An API key with its position in a list.' },
);

builder.queryField('apiKeys', (t) =>
  t.connection(
    {
      type: ApiKeyType,
      nullable: true,
      description: "The viewer's API keys, newest first. `first`: 0 to 100, or `last`: 1 to 100; default 20.",
      complexity: pageCost,
      resolve: (_root, page, context) => apiKeys(context, page),
    },
    ApiKeyConnection,
  ),
);

builder.mutationFields((t) => ({
  createApiKey: t.field({
    type: CreateApiKeyPayload,
    nullable: true,
    description: 'Creates an API key for the viewer.',
    args: { input: t.arg({ type: CreateApiKeyInput, required: true }) },
    resolve: (_root, { input }, context) => createApiKey(context, input),
  }),
  rotateApiKey: t.field({
    type: RotateApiKeyPayload,
    nullable: true,
    description:
      'Replaces the secret of an API key; its id, name, scopes and expiry stay the same. When the former secret becomes invalid, its open sockets and streams are closed.',
    args: { input: t.arg({ type: RotateApiKeyInput, required: true }) },
    resolve: (_root, { input: { id, ...input } }, context) =>
      rotateApiKey(context, localId('ApiKey', id, 'input.id'), input),
  }),
  deleteApiKey: t.field({
    type: DeleteApiKeyPayload,
    nullable: true,
    description:
      'Deletes an API key. Within a second it is rejected and its open sockets and streams are closed.',
    args: { input: t.arg({ type: DeleteApiKeyInput, required: true }) },
    resolve: async (_root, { input: { id } }, context) => {
      await deleteApiKey(context, localId('ApiKey', id, 'input.id'));
      return { deletedId: id };
    },
  }),
}));
