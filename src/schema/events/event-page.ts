import { type EventPage, eventPage } from '../../resolvers/runs/event-page.ts';
import { EVENT_TYPES, type EventType } from '../../vocabulary.ts';
import { builder } from '../builder/builder.ts';
import { eventPageCost } from '../builder/page-cost.ts';
import { RunInterface } from '../runs/run.ts';
import { RunEvent } from './run-event.ts';

/** `RunCreated` becomes `RUN_CREATED`. */
const enumName = (type: EventType) => type.replace(/(?<=[a-z])[A-Z]/g, '_$&').toUpperCase();

const EventTypeEnum = builder.enumType('EventType', {
  description: 'Type of an event.',
  values: Object.fromEntries(
    EVENT_TYPES.map((value) => [enumName(value), { value, description: `\`${value}\`` }]),
  ) as Record<string, { value: EventType }>,
});

const Edge = builder.objectRef<EventPage['edges'][number]>('RunEventEdge').implement({
  description: 'An event with its position in the log.',
  fields: (t) => ({
    node: t.expose('node', { type: RunEvent, description: 'The event.' }),
    cursor: t.exposeInt('cursor', { description: 'Its `seq`, for `after`.' }),
  }),
});

const Connection = builder.objectRef<EventPage>('RunEventConnection').implement({
  description: 'A page of the log of a run.',
  fields: (t) => ({
    nodes: t.expose('nodes', {
      type: [RunEvent],
      description: 'The events of the page, in order.',
      complexity: { field: 1, multiplier: 1 },
    }),
    edges: t.expose('edges', {
      type: [Edge],
      description: 'The same events with their positions.',
      complexity: { field: 1, multiplier: 1 },
    }),
    pageInfo: t.field({
      type: builder.pageInfoRef(),
      description: 'How to read the pages before and after it.',
      complexity: { field: 0, multiplier: 0 },
      resolve: ({ pageInfo }) => pageInfo,
    }),
  }),
});

builder.interfaceField(RunInterface, 'events', (t) =>
  t.field({
    type: Connection,
    description: 'Its log, a page at a time. `runEvents` follows it.',
    complexity: eventPageCost,
    args: {
      first: t.arg.int({ description: '0 to 100, default 20.' }),
      after: t.arg.int({ description: 'Only events after this `seq`; absent or 0: from the beginning.' }),
      types: t.arg({
        type: [EventTypeEnum],
        description:
          'Only events of these types; null: of all. `TEXT_EXPIRED` and `EVENTS_EXPIRED` come together: each of them includes the other.',
      }),
    },
    resolve: (run, page, context) => eventPage(run, page, context),
  }),
);
