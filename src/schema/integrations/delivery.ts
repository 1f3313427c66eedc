import { messageOf, runIdOf } from '../../rules/runs/run-end.ts';
import type { DeliveryRow } from '../../store/integrations/deliveries.ts';
import { builder } from '../builder/builder.ts';
import { RunKindEnum } from '../builder/enums.ts';
import { loadRun } from '../runs/load-run.ts';
import { RunInterface } from '../runs/run.ts';
import { DeliveryStatusEnum, RunEndingEnum } from './integration-enums.ts';

export const DeliveryType = builder.objectRef<DeliveryRow>('Delivery');
builder.node(DeliveryType, {
  description:
    'A message that notifies an integration that a run has ended. It is sent until the receiver accepts it, up to 8 times within about five hours. A receiver may get it twice and can recognise it by the header `webhook-id`. Once it is no longer being sent, it is deleted 90 days after its last change.',
  id: { description: 'For `redeliver`.', resolve: ({ id }) => id },
  fields: (t) => ({
    webhookId: t.string({
      description: 'The header `webhook-id`. It is the same for all attempts and for `redeliver`.',
      resolve: ({ id }) => id,
    }),
    status: t.expose('status', { type: DeliveryStatusEnum, description: 'Its status.' }),
    runId: t.id({
      description: 'Global id of the run, as `node` accepts it; the run may have been deleted since.',
      resolve: ({ runEnd }) => runIdOf(runEnd),
    }),
    run: t.field({
      type: RunInterface,
      nullable: true,
      description: 'The run in its current state; null if it has been deleted.',
      resolve: ({ runEnd }, _arguments, { loaders }) => loadRun(loaders, runEnd.kind, runEnd.runId),
    }),
    runKind: t.field({
      type: RunKindEnum,
      description: 'Kind of the run.',
      resolve: ({ runEnd }) => runEnd.kind,
    }),
    runStatus: t.field({
      type: RunEndingEnum,
      description: 'Status with which the run ended.',
      resolve: ({ runEnd }) => runEnd.status,
    }),
    body: t.field({
      type: 'JSON',
      description: 'The JSON body sent to a webhook. Slack gets the same information as text.',
      resolve: ({ runEnd }) => messageOf(runEnd),
    }),
    attempts: t.exposeInt('attempts', {
      description: 'Number of attempts since it was created or last redelivered.',
    }),
    responseStatus: t.exposeInt('responseStatus', {
      nullable: true,
      description: 'HTTP status of the response to the last attempt; null: no response.',
    }),
    error: t.exposeString('error', { nullable: true, description: 'Error of the last attempt.' }),
    nextTryAt: t.expose('nextTryAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When the next attempt is due. During an attempt: when that attempt is considered lost. Null: there will be no further attempt.',
    }),
    lastTriedAt: t.expose('lastTriedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the last attempt was made.',
    }),
    deliveredAt: t.expose('deliveredAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the receiver last accepted it.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the run ended.' }),
  }),
});

export const DeliveryConnection = builder.connectionObject(
  { type: DeliveryType, name: 'DeliveryConnection', description: 'A page of deliveries.' },
  { name: 'DeliveryEdge', description: 'A delivery with its position in a list.' },
);
