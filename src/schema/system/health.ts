import { condition, type Health, health } from '../../resolvers/system/health.ts';
import { builder } from '../builder/builder.ts';
import { SystemConditionEnum } from '../builder/enums.ts';

const HealthType = builder.objectRef<Health>('Health').implement({
  description: 'How the server is.',
  fields: (t) => ({
    status: t.exposeString('status', {
      description: '`healthy` when the database answers and accepts writes, and the disk has space left.',
    }),
    version: t.exposeString('version', { description: 'Of the server.' }),
    uptimeSeconds: t.exposeInt('uptimeSeconds', { description: 'Since the process that answers started.' }),
    condition: t.field({
      type: SystemConditionEnum,
      description: 'Whether work is done.',
      resolve: (_health, _arguments, context) => condition(context),
    }),
  }),
});

builder.queryField('health', (t) =>
  t.field({
    type: HealthType,
    nullable: true,
    description: 'Needs no credentials.',
    resolve: (_root, _arguments, context) => health(context),
  }),
);
