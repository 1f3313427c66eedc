import { type Problem, type Refusal, refusalStatus } from './faults.ts';
import type { Call } from './wire.ts';

/** What a vendor says when it refuses; the status is the fault's own unless the vendor has another. */
export type Said = Pick<Problem, 'type' | 'message'> & Partial<Pick<Problem, 'status' | 'code' | 'param'>>;

export const say = (status: number, said: Said): Problem => ({ status, code: null, param: null, ...said });

type Speech = Readonly<Record<Refusal, (call: Call) => Said>>;

export const refusalsOf = (speech: Speech): Record<Refusal, (call: Call) => Problem> =>
  Object.fromEntries(
    Object.entries(speech).map(([refusal, speak]) => [
      refusal,
      (call: Call) => say(refusalStatus[refusal as Refusal], speak(call)),
    ]),
  ) as Record<Refusal, (call: Call) => Problem>;
