import type { RunEvent as RunEventRow } from '../../resolvers/runs/run-events.ts';
import type { LoggedEvent } from '../../store/log/events.ts';
import type { EventType } from '../../vocabulary.ts';
import { builder } from '../builder/builder.ts';

export const RunEvent = builder
  .interfaceRef<Pick<RunEventRow, 'type' | 'seq' | 'attempt' | 'at'>>('RunEvent')
  .implement({
    description: 'An event in the log of a run, or, with seq 0, its current state.',
    resolveType: ({ type }) => type,
    fields: (t) => ({
      seq: t.exposeInt('seq', {
        description:
          'Sequence number in the log, from 1 without gaps. Pass the last one that you received as `after` so that no event is missed or repeated.',
      }),
      attempt: t.exposeInt('attempt', { description: 'The attempt of the run during which it happened.' }),
      at: t.expose('at', {
        type: 'DateTime',
        description: 'When it happened, by the clock of the database.',
      }),
    }),
  });

/** The GraphQL type of an event; its fields are read from the `data` of the event. */
export function event<Type extends EventType>(type: Type) {
  return builder.objectRef<Extract<LoggedEvent, { type: Type }>>(type);
}
