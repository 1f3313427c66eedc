import { RunStatusEnum } from '../builder/enums.ts';
import { event, RunEvent } from './run-event.ts';

/** What stands for events that are no longer kept. */
export const EXPIRY_EVENTS = {
  TextExpired: event('TextExpired').implement({
    interfaces: [RunEvent],
    description:
      'In place of text that is no longer kept: of the events `TokensGenerated` and `ReasoningGenerated` from `firstSeq` to `seq`. Their number stays, so that the log has no gap. Discard the text of the model call that it belongs to: the text of a run that completed is in its result.',
    fields: (t) => ({
      firstSeq: t.int({
        description: 'Number of the first event that it stands for; its `seq` is that of the last one.',
        resolve: ({ data }) => data.firstSeq,
      }),
    }),
  }),
  EventsExpired: event('EventsExpired').implement({
    interfaces: [RunEvent],
    description:
      'In place of all events that a run had when it ended, which are no longer kept; a run that was retried since has more events after it. The run itself has its status, its result or error, and its cost.',
    fields: (t) => ({
      firstSeq: t.int({
        description: 'Number of the first event that it stands for; its `seq` is that of the last one.',
        resolve: ({ data }) => data.firstSeq,
      }),
      runStatus: t.field({
        type: RunStatusEnum,
        nullable: true,
        description: 'How the run ended. Null when events follow, because it was continued.',
        resolve: ({ data }) => data.status,
      }),
    }),
  }),
};
