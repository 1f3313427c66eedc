import { MAX_DAYS, MIN_EVENT_DAYS } from '../../rules/accounts/retention-days.ts';
import type { RetentionDays } from '../../store/runs/deletion/expired.ts';
import { builder } from '../builder/builder.ts';

export const UserRetentionType = builder.objectRef<RetentionDays>('UserRetention').implement({
  description:
    'For how many days data of an account is kept, from the end of its run; null: until it is deleted. Workers delete hourly what is older. Runs that have not ended lose nothing.',
  fields: (t) => ({
    text: t.exposeInt('text', {
      nullable: true,
      description:
        'Of the generated text in the logs of runs: the events `TokensGenerated` and `ReasoningGenerated`, in whose place a log then has `TextExpired`. The output of a run that completed stays.',
    }),
    events: t.exposeInt('events', {
      nullable: true,
      description:
        'Of whole logs of runs, in whose place `EventsExpired` is read. The runs stay, with their results.',
    }),
    artifacts: t.exposeInt('artifacts', {
      nullable: true,
      description: 'Of artifacts.',
    }),
    idempotencyKeys: t.exposeInt('idempotencyKeys', {
      nullable: true,
      description:
        'Of idempotency keys of runs; a request with an older one creates another run. Null: as long as the run.',
    }),
    runs: t.exposeInt('runs', {
      nullable: true,
      description:
        'Of whole runs, with everything that belongs to them. A run that another one waits for, or whose thread has a younger turn, is kept as long as that.',
    }),
    deliveries: t.exposeInt('deliveries', {
      nullable: true,
      description: 'Of deliveries to integrations that are no longer sent, from their last change.',
    }),
  }),
});

const RANGE = `1 to ${MAX_DAYS}`;

export const UserRetentionInput = builder.inputType('UserRetentionInput', {
  description: `For how many days data of an account is kept, as in \`UserRetention\`: ${RANGE}. Omitted fields stay unchanged; null resets one to what the installation says.`,
  fields: (t) => ({
    text: t.int({ description: `Of the generated text in the logs of runs, ${RANGE}.` }),
    events: t.int({
      description: `Of whole logs of runs, ${MIN_EVENT_DAYS} to ${MAX_DAYS}: cursors of feeds lead to their events for 30 days.`,
    }),
    artifacts: t.int({ description: `Of artifacts, ${RANGE}.` }),
    idempotencyKeys: t.int({ description: `Of idempotency keys of runs, ${RANGE}.` }),
    runs: t.int({ description: `Of whole runs, with everything that belongs to them, ${RANGE}.` }),
    deliveries: t.int({
      description: `Of deliveries that are no longer sent, from their last change, ${RANGE}.`,
    }),
  }),
});
