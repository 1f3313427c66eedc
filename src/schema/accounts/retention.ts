import { MAX_DAYS, MIN_EVENT_DAYS } from '../../rules/accounts/retention-days.ts';
import type { RetentionDays } from '../../store/runs/deletion/expired.ts';
import { builder } from '../builder/builder.ts';

export const UserRetentionType = builder.objectRef<RetentionDays>('UserRetention').implement({
  description:
    'Days for which data of an account is kept, counted from the end of the run unless a field says otherwise; null: until a client deletes it. Workers delete expired data every hour. Runs that have not ended are not affected.',
  fields: (t) => ({
    text: t.exposeInt('text', {
      nullable: true,
      description:
        'Days for generated text in the logs of runs: the events `TokensGenerated` and `ReasoningGenerated`. `TextExpired` then replaces them. The output of a completed run is kept.',
    }),
    events: t.exposeInt('events', {
      nullable: true,
      description:
        'Days for whole logs of runs. `EventsExpired` then replaces the events. The runs and their results are kept.',
    }),
    artifacts: t.exposeInt('artifacts', {
      nullable: true,
      description: 'Days for artifacts.',
    }),
    idempotencyKeys: t.exposeInt('idempotencyKeys', {
      nullable: true,
      description:
        'Days for idempotency keys of runs; a request with an expired key creates a new run. Null: as long as the run.',
    }),
    runs: t.exposeInt('runs', {
      nullable: true,
      description:
        'Days for whole runs, with everything that belongs to them. A run is kept longer while another run depends on it or its thread has a turn that has not expired.',
    }),
    deliveries: t.exposeInt('deliveries', {
      nullable: true,
      description: 'Days for finished deliveries to integrations, counted from their last change.',
    }),
  }),
});

const RANGE = `1 to ${MAX_DAYS}`;

export const UserRetentionInput = builder.inputType('UserRetentionInput', {
  description: `Days for which data of an account is kept, see \`UserRetention\`: ${RANGE}. Omitted fields stay unchanged; null restores the default of the installation.`,
  fields: (t) => ({
    text: t.int({ description: `Days for generated text in the logs of runs, ${RANGE}.` }),
    events: t.int({
      description: `Days for whole logs of runs, ${MIN_EVENT_DAYS} to ${MAX_DAYS}, because cursors of feeds are valid for 30 days.`,
    }),
    artifacts: t.int({ description: `Of artifacts, ${RANGE}.` }),
    idempotencyKeys: t.int({ description: `Of idempotency keys of runs, ${RANGE}.` }),
    runs: t.int({ description: `Of whole runs, with everything that belongs to them, ${RANGE}.` }),
    deliveries: t.int({
      description: `Of deliveries that are no longer sent, from their last change, ${RANGE}.`,
    }),
  }),
});
