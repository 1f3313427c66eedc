import { type Health, health, work } from '../../resolvers/system/health.ts';
import { builder } from '../builder/builder.ts';
import { ReplicaStateEnum, SystemConditionEnum } from '../builder/enums.ts';

const HealthType = builder.objectRef<Health>('Health').implement({
  description: 'Health of the server.',
  fields: (t) => ({
    status: t.exposeString('status', {
      description: '`healthy` if the database answers and accepts writes, and enough disk space is free.',
    }),
    version: t.exposeString('version', { description: 'Version of the server.' }),
    uptimeSeconds: t.exposeInt('uptimeSeconds', {
      description: 'Seconds since the answering process started.',
    }),
    condition: t.field({
      type: SystemConditionEnum,
      description: 'Whether runs are being executed.',
      resolve: async (_health, _arguments, context) => (await work(context)).condition,
    }),
    replica: t.field({
      type: ReplicaStateEnum,
      nullable: true,
      description:
        'State of the read replica as seen by the answering process; null if none is configured. In every state, reads include everything that was committed before them.',
      resolve: async (_health, _arguments, { store }) => (await store.lookups.replica())?.state,
    }),
  }),
});

builder.queryField('health', (t) =>
  t.field({
    type: HealthType,
    nullable: true,
    description: 'The health of the server. Requires no credentials.',
    resolve: (_root, _arguments, context) => health(context),
  }),
);
