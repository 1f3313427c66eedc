import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { DomainError } from '../../../errors.ts';
import { errorProblem, resultProblem } from '../../../rules/tasks/hand-ending.ts';
import { anyObject, number, text, withoutAbsent } from '../../shapes/input.ts';

/** The fields of a task change in which a client that does the work itself reports it. */
export const reportable = {
  progress: number().min(0, 'must be 0 to 1').max(1, 'must be 0 to 1').nullish(),
  cost: number().min(0, 'must not be less than 0').nullish(),
  result: anyObject().nullish(),
  error: text().nullish(),
};

type Given = z.output<z.ZodObject<typeof reportable>>;

/**
 * The member of a task's metadata with what its client reported. It is shown, but kept apart from what the server
 * measures, charges and compares with cost limits.
 */
const report = z.object({
  origin: z.literal('client'),
  progress: z.number().optional().catch(undefined),
  cost: z.number().optional().catch(undefined),
});
export type ClientReport = z.output<typeof report>;
const reporting = z.object({ reported: report });

/** null: its client has reported nothing. Metadata may be anything, because clients of GraphQL set it, too. */
export function readReport(metadata: unknown): ClientReport | null {
  return reporting.safeParse(metadata).data?.reported ?? null;
}

interface Shown {
  progress: number;
  cost: number;
  result: Record<string, unknown> | null;
  error: string | null;
  hasEnded: boolean;
}

export interface Report {
  /** For the task's metadata, with which it is merged; undefined: nothing. */
  reported: ClientReport | undefined;
  /** For the end of the task. */
  result: Record<string, unknown> | null;
  error: string | null;
}

/**
 * What a change reports. Clients send back whole tasks, so unchanged values are not a report.
 * @param ending the status with which the change ends the task; null: it does not
 * @throws DomainError VALIDATION_ERROR for what cannot be kept
 */
export function reportOf(given: Given, shown: Shown, ending: 'completed' | 'failed' | null): Report {
  const said = <Name extends keyof Given>(name: Name) =>
    given[name] === null || isDeepStrictEqual(given[name], shown[name]) ? undefined : given[name];
  const [progress, cost, result, error] = [said('progress'), said('cost'), said('result'), said('error')];
  if (result)
    refuse('result', ending === 'completed' ? resultProblem(result) : 'requires the status completed');
  if (typeof error === 'string')
    refuse('error', ending === 'failed' ? errorProblem(error) : 'requires the status failed');
  if (progress !== undefined) refuseProgress(progress, shown, ending);
  const isReport = [progress, cost, result, error].some((value) => value !== undefined);
  return {
    reported: isReport ? { origin: 'client', ...withoutAbsent({ progress, cost }) } : undefined,
    result: result ?? null,
    error: error ?? null,
  };
}

/** As for every run: progress never decreases, and what has completed is done. */
function refuseProgress(progress: number, shown: Shown, ending: 'completed' | 'failed' | null): void {
  const least = ending === 'completed' ? 1 : shown.progress;
  const most = shown.hasEnded ? shown.progress : 1;
  if (progress >= least && progress <= most) return;
  refuse('progress', `must be ${least === most ? least : `${least} to ${most}`} for this task`);
}

/** Before anything is written. @param problem null: there is none @throws DomainError VALIDATION_ERROR */
function refuse(field: string, problem: string | null): void {
  if (problem) throw new DomainError('VALIDATION_ERROR', `${field}: ${problem}`, { field });
}
