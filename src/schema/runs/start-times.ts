import type { builder } from '../builder/builder.ts';

type Fields = PothosSchemaTypes.InputFieldBuilder<typeof builder.$inferSchemaTypes, 'InputObject'>;

/** `startAt` and `expiresAt`, for every input that creates a run. @param noun names the run in descriptions */
export function startTimeFields(t: Fields, noun: string) {
  return {
    startAt: t.field({
      type: 'DateTime',
      description: `The earliest time at which the ${noun} starts, at most 365 days ahead. Until then it counts towards \`maxQueuedRuns\`, and if it is a turn of a thread, later turns wait for it, or are refused, as its \`onBusy\` says; with INTERRUPT, a time in the future is a VALIDATION_ERROR. A time in the past has no effect.`,
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description: `The ${noun} fails with EXPIRED if it has not started by this time, whatever it waits for. At most 365 days ahead, and after \`startAt\`. With a time in the past, it fails at once.`,
    }),
  };
}
