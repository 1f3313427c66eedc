import type { builder } from '../builder/builder.ts';

type Fields = PothosSchemaTypes.InputFieldBuilder<typeof builder.$inferSchemaTypes, 'InputObject'>;

/** Fields of every input that creates a run. @param noun of the run */
export function startTimeFields(t: Fields, noun: string) {
  return {
    startAt: t.field({
      type: 'DateTime',
      description: `The ${noun} stays QUEUED until then, and counts as a queued run; at most 365 days ahead. A time in the past: it starts at once. As a turn of a thread it keeps its place: later turns wait for it.`,
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description: `The ${noun} fails with EXPIRED if it has not started by then, for whatever reason; at most 365 days ahead, and after \`startAt\`. A time in the past: it fails at once.`,
    }),
  };
}
