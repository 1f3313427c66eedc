import { allLegacyClients, legacyClients } from '../../resolvers/accounts/legacy-clients.ts';
import type { LegacyClientRow } from '../../store/accounts/legacy-clients.ts';
import { builder } from '../builder/builder.ts';
import { OriginEnum } from '../builder/enums.ts';
import { pageCost } from '../builder/page-cost.ts';
import { UserType } from './account.ts';

const LegacyClientType = builder.objectRef<LegacyClientRow>('LegacyClient').implement({
  description:
    'A program that uses one of the older APIs, identified by its account, API key (or none) and user agent. An account has at most 100 of them; requests of further ones are counted together, with the user agent `other`. A program is deleted a year after its last use. Health checks and requests without valid credentials are not counted.',
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
        'True: its requests have an API key, or a token that was created with one. False: they have a login token, or are those of a guest.',
      resolve: ({ apiKeyId }) => apiKeyId !== null,
    }),
    apiKeyName: t.exposeString('apiKeyName', {
      nullable: true,
      description: 'Name of that API key; null if no key is used or the key has been deleted.',
    }),
    apiKeyPrefix: t.exposeString('apiKeyPrefix', {
      nullable: true,
      description: 'First characters of that API key, by which a person can recognise it.',
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
        "Programs that use the older APIs with the viewer's account, those with the latest `firstUsedAt` first. Requests of the last few seconds may be missing. `first`: 0 to 100, or `last`: 1 to 100; default 20.",
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
        'For admins: programs of all accounts that use the older APIs, those with the latest `firstUsedAt` first. Requests of the last few seconds may be missing. `first`: 0 to 100, or `last`: 1 to 100; default 20.',
      complexity: pageCost,
      args: { filter: t.arg(FILTER) },
      resolve: (_root, { filter, ...page }, context) => allLegacyClients(context, page, filter),
    },
    LegacyClientConnection,
  ),
);
