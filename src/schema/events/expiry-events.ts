import { RunStatusEnum } from '../builder/enums.ts';
import { event, RunEvent } from './run-event.ts';

/** What stands for events that are no longer kept. */
export const EXPIRY_EVENTS = {
  TextExpired: event('TextExpired').implement({
    interfaces: [RunEvent],
    description:
      'Replaces the expired events `TokensGenerated` and `ReasoningGenerated` from `firstSeq` to `seq`, so that the log has no gap. Discard the text received for the same model call: the result of a completed run contains the final text.',
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
      'Replaces the expired events from `firstSeq` to `seq`: all that the run had when it ended. If the run was retried later, newer events follow. The run itself still has its status, its result or error, and its cost.',
    fields: (t) => ({
      firstSeq: t.int({
        description: 'Number of the first event that it stands for; its `seq` is that of the last one.',
        resolve: ({ data }) => data.firstSeq,
      }),
      runStatus: t.field({
        type: RunStatusEnum,
        nullable: true,
        description: 'How the run ended. Null if the run was retried, so that events follow.',
        resolve: ({ data }) => data.status,
      }),
    }),
  }),
};
