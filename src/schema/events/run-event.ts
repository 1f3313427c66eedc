import type { RunEvent as RunEventRow } from '../../resolvers/runs/run-events.ts';
import type { LoggedEvent } from '../../store/log/events.ts';
import type { EventType } from '../../vocabulary.ts';
import { builder } from '../builder/builder.ts';

export const RunEvent = builder
  .interfaceRef<Pick<RunEventRow, 'type' | 'seq' | 'attempt' | 'at'>>('RunEvent')
  .implement({
    description: 'A fact in the log of a run, or, with seq 0, its present state.',
    resolveType: ({ type }) => type,
    fields: (t) => ({
      seq: t.exposeInt('seq', {
        description:
          'Its number in the log: dense from 1. Hand the last one that you saw to `after`, and nothing is missed or repeated.',
      }),
      attempt: t.exposeInt('attempt', { description: 'The attempt of the run in which it happened.' }),
      at: t.expose('at', { type: 'DateTime', description: "When it happened, by the database's clock." }),
    }),
  });

/** A fact's type; its fields read the fact's `data`. */
export function event<Type extends EventType>(type: Type) {
  return builder.objectRef<Extract<LoggedEvent, { type: Type }>>(type);
}
