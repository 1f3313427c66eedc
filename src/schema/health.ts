import { health } from '../resolvers/health.ts';
import { builder } from './builder.ts';

const HealthType = builder.objectRef<{ status: string; version: string }>('Health').implement({
  description: 'How the server is.',
  fields: (t) => ({
    status: t.exposeString('status', { description: '`healthy` when the database answers.' }),
    version: t.exposeString('version', { description: 'Of the server.' }),
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
