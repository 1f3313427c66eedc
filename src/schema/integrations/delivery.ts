import { delivery } from '../../resolvers/integrations/delivery.ts';
import { messageOf, runIdOf } from '../../rules/runs/run-end.ts';
import type { DeliveryRow } from '../../store/integrations/deliveries.ts';
import { builder } from '../builder/builder.ts';
import { RunKindEnum } from '../builder/enums.ts';
import { DeliveryStatusEnum, RunEndingEnum } from './integration-enums.ts';

export const DeliveryType = builder.objectRef<DeliveryRow>('Delivery');
builder.node(DeliveryType, {
  description:
    "The message that tells an integration of a run's end. It is sent until the receiver takes it, 8 times within about five hours; a receiver may get it twice, and knows it by the header `webhook-id`.",
  id: { description: 'For `redeliver`.', resolve: ({ id }) => id },
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'runEnd' in value,
  loadWithoutCache: (id, context) => delivery(context, id),
  fields: (t) => ({
    webhookId: t.string({
      description: 'The header `webhook-id`: the same for each try, and for `redeliver`.',
      resolve: ({ id }) => id,
    }),
    status: t.expose('status', { type: DeliveryStatusEnum, description: 'Where it stands.' }),
    runId: t.id({
      description: 'The run, as `node` takes it; it may be deleted by now.',
      resolve: ({ runEnd }) => runIdOf(runEnd),
    }),
    runKind: t.field({
      type: RunKindEnum,
      description: 'What that run is.',
      resolve: ({ runEnd }) => runEnd.kind,
    }),
    runStatus: t.field({
      type: RunEndingEnum,
      description: 'How it ended.',
      resolve: ({ runEnd }) => runEnd.status,
    }),
    body: t.field({
      type: 'JSON',
      description: 'What a webhook is sent. Slack is sent the same in words.',
      resolve: ({ runEnd }) => messageOf(runEnd),
    }),
    attempts: t.exposeInt('attempts', {
      description: 'How often it was tried, since it was made or last asked for again.',
    }),
    responseStatus: t.exposeInt('responseStatus', {
      nullable: true,
      description: 'The HTTP status that the last try was answered with; null: with none.',
    }),
    error: t.exposeString('error', { nullable: true, description: 'Why the last try failed.' }),
    nextTryAt: t.expose('nextTryAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When it is tried next; while a try goes on, when that is given up for lost. Null: not again.',
    }),
    lastTriedAt: t.expose('lastTriedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last tried.',
    }),
    deliveredAt: t.expose('deliveredAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the receiver last took it.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the run ended.' }),
  }),
});
