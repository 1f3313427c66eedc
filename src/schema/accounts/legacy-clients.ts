import { allLegacyClients, legacyClients } from '../../resolvers/accounts/legacy-clients.ts';
import type { LegacyClientRow } from '../../store/accounts/legacy-clients.ts';
import { builder } from '../builder/builder.ts';
import { OriginEnum } from '../builder/enums.ts';
import { pageCost } from '../builder/page-cost.ts';
import { UserType } from './account.ts';

const LegacyClientType = builder.objectRef<LegacyClientRow>('LegacyClient').implement({
  description:
    'A program that uses one of the older APIs: requests of one account with one API key, or without one, and one user agent. An account has up to 100 of them for a year after their last use; the requests of further ones are counted together, with the user agent `other`. Health checks and requests without valid credentials are not counted.',
  fields: (t) => ({
    origin: t.field({
      type: OriginEnum,
      description: 'The older API that it uses.',
      resolve: ({ origin }) => origin,
    }),
    user: t.field({
      type: UserType,
      nullable: true,
      description: 'The account of its credentials; null if that account has been deleted.',
      resolve: ({ ownerId }, _arguments, { loaders }) => loaders.accounts.load(ownerId),
    }),
    usesApiKey: t.boolean({
      description:
        'true: its requests have an API key, or a token that was created with one; false: a login token.',
      resolve: ({ apiKeyId }) => apiKeyId !== null,
    }),
    apiKeyName: t.exposeString('apiKeyName', {
      nullable: true,
      description: 'Name of that key; null if it has none or the key has been deleted.',
    }),
    apiKeyPrefix: t.exposeString('apiKeyPrefix', {
      nullable: true,
      description: 'First characters of that key, to recognise it by.',
    }),
    userAgent: t.exposeString('userAgent', {
      description: 'The first 200 characters of its `User-Agent` header; empty if it sends none.',
    }),
    requests: t.float({
      description: 'Number of its requests and socket connections so far, whether or not they succeeded.',
      resolve: ({ requests }) => Number(requests),
    }),
    firstUsedAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was first counted.' }),
    lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime', description: 'Time of its latest request.' }),
  }),
});

const LegacyClientConnection = builder.connectionObject(
  {
    type: LegacyClientType,
    name: 'LegacyClientConnection',
    description: 'A page of programs that use older APIs.',
  },
  {
    name: 'LegacyClientEdge',
    description: 'A program that uses an older API with its position in a list.',
  },
);

const LegacyClientFilter = builder.inputType('LegacyClientFilter', {
  description: 'Absent and null fields match every program.',
  fields: (t) => ({
    origins: t.field({
      type: [OriginEnum],
      description: 'Only programs that use one of these APIs; GRAPHQL is not one of the older ones.',
    }),
    usedSince: t.field({
      type: 'DateTime',
      description: 'Only programs with a request at or after this time.',
    }),
  }),
});

const FILTER = {
  type: LegacyClientFilter,
  description: 'Only items that match all of its fields; null matches everything.',
} as const;

builder.queryField('legacyClients', (t) =>
  t.connection(
    {
      type: LegacyClientType,
      nullable: true,
      description:
        "Programs that use the older APIs with the viewer's account, those that were first seen last at the beginning. Requests of the last seconds may be missing. `first`: 0 to 100, or `last`: 1 to 100; default 20.",
      complexity: pageCost,
      args: { filter: t.arg(FILTER) },
      resolve: (_root, { filter, ...page }, context) => legacyClients(context, page, filter),
    },
    LegacyClientConnection,
  ),
);

builder.queryField('allLegacyClients', (t) =>
  t.connection(
    {
      type: LegacyClientType,
      nullable: true,
      description:
        'For admins: programs of all accounts that use the older APIs, those that were first seen last at the beginning. Requests of the last seconds may be missing. `first`: 0 to 100, or `last`: 1 to 100; default 20.',
      complexity: pageCost,
      args: { filter: t.arg(FILTER) },
      resolve: (_root, { filter, ...page }, context) => allLegacyClients(context, page, filter),
    },
    LegacyClientConnection,
  ),
);
