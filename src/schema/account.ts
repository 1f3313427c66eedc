import { apiKey, apiKeys, createApiKey, type Login, login, register } from '../resolvers/account.ts';
import { user, viewer } from '../resolvers/viewer.ts';
import type { ApiKey } from '../store/entities/api-key.ts';
import type { User } from '../store/entities/user.ts';
import { BudgetType } from './budget.ts';
import { builder } from './builder.ts';
import { UserQuotasType } from './quotas.ts';

export const UserType = builder.objectRef<User>('User');
builder.node(UserType, {
  description: 'An account.',
  id: { description: "The account's id.", resolve: ({ id }) => id },
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'email' in value,
  loadWithoutCache: (id, context) => user(context, id),
  fields: (t) => ({
    email: t.exposeString('email', { description: 'In lower case.' }),
    name: t.exposeString('name', { description: 'As the person wants to be called.' }),
    isAdmin: t.exposeBoolean('isAdmin', { description: 'Whether it may change what belongs to everybody.' }),
    budget: t.field({
      type: BudgetType,
      nullable: true,
      description: 'The cost limit on all its tasks together, when an admin has set one.',
      resolve: ({ id }, _arguments, { loaders }) => loaders.budgets.load(id),
    }),
    quotas: t.field({
      type: UserQuotasType,
      description: 'Storage quotas and their usage. Creating more than they allow fails with QUOTA_EXCEEDED.',
      resolve: ({ id }, _arguments, { store }) => store.quotas.read(id),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was registered.' }),
  }),
});

const ApiKeyType = builder.objectRef<ApiKey>('ApiKey');
builder.node(ApiKeyType, {
  description: 'A key for programs; sent as `X-API-Key`. The key itself is shown once, when it is made.',
  id: { description: 'The id of the key, not the key.', resolve: ({ id }) => id },
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'prefix' in value,
  loadWithoutCache: (id, context) => apiKey(context, id),
  fields: (t) => ({
    name: t.exposeString('name', { description: 'What it is for.' }),
    prefix: t.exposeString('prefix', { description: 'Its first characters, to tell keys apart.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Null: it does not expire.',
    }),
    lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime', nullable: true, description: 'To the minute.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
});

const RegisterInput = builder.inputType('RegisterInput', {
  fields: (t) => ({
    email: t.string({ required: true, description: 'An e-mail address that is not registered yet.' }),
    password: t.string({ required: true, description: '8 to 200 characters.' }),
    name: t.string({ required: true, description: '1 to 200 characters.' }),
  }),
});

const LoginInput = builder.inputType('LoginInput', {
  fields: (t) => ({
    email: t.string({ description: 'The address that was registered.' }),
    username: t.string({
      description: 'Instead of `email`: the address, or the name of the account, if no other has it.',
    }),
    password: t.string({ required: true, description: 'Its password.' }),
  }),
});

const CreateApiKeyInput = builder.inputType('CreateApiKeyInput', {
  fields: (t) => ({
    name: t.string({ required: true, description: 'What it is for, 1 to 200 characters.' }),
    expiresAt: t.field({ type: 'DateTime', description: 'In the future; absent: it does not expire.' }),
  }),
});

const TOKEN = 'Send it as `Authorization: Bearer <token>`.';
const EXPIRES_IN = 'Seconds until the token expires.';

const RegisterPayload = builder.objectRef<Login>('RegisterPayload').implement({
  description: 'A fresh account, logged in.',
  fields: (t) => ({
    user: t.expose('user', { type: UserType, description: 'The account.' }),
    token: t.exposeString('token', { description: TOKEN }),
    expiresIn: t.exposeInt('expiresIn', { description: EXPIRES_IN }),
  }),
});

const LoginPayload = builder.objectRef<Login>('LoginPayload').implement({
  description: 'A login.',
  fields: (t) => ({
    user: t.expose('user', { type: UserType, description: 'Who logged in.' }),
    token: t.exposeString('token', { description: TOKEN }),
    expiresIn: t.exposeInt('expiresIn', { description: EXPIRES_IN }),
  }),
});

const CreateApiKeyPayload = builder
  .objectRef<{ apiKey: ApiKey; key: string }>('CreateApiKeyPayload')
  .implement({
    description: 'A fresh API key.',
    fields: (t) => ({
      apiKey: t.expose('apiKey', { type: ApiKeyType, description: 'What is kept of it.' }),
      key: t.exposeString('key', { description: 'The key. It cannot be shown again.' }),
    }),
  });

builder.queryFields((t) => ({
  viewer: t.field({
    type: UserType,
    nullable: true,
    description: 'Who asks.',
    resolve: (_root, _arguments, context) => viewer(context),
  }),
  apiKeys: t.field({
    type: [ApiKeyType],
    nullable: true,
    description: "The viewer's API keys, newest first, at most 100.",
    resolve: (_root, _arguments, context) => apiKeys(context),
  }),
}));

builder.mutationFields((t) => ({
  register: t.field({
    type: RegisterPayload,
    nullable: true,
    description: 'Makes an account. The first one of an installation is its admin.',
    args: { input: t.arg({ type: RegisterInput, required: true }) },
    resolve: (_root, { input }, context) => register(context, input),
  }),
  login: t.field({
    type: LoginPayload,
    nullable: true,
    description: 'Gives a token for an account and its password.',
    args: { input: t.arg({ type: LoginInput, required: true }) },
    resolve: (_root, { input }, context) => login(context, input),
  }),
  createApiKey: t.field({
    type: CreateApiKeyPayload,
    nullable: true,
    description: 'Makes an API key for the viewer.',
    args: { input: t.arg({ type: CreateApiKeyInput, required: true }) },
    resolve: (_root, { input }, context) => createApiKey(context, input),
  }),
}));
