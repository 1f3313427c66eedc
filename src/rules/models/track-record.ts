import type { Circuit, ModelCallStatus } from '../../vocabulary.ts';
import { failureKind } from './provider-failure.ts';

/** One of a model's last calls. */
export interface PastCall {
  status: ModelCallStatus;
  errorCode: string | null;
  /** Milliseconds since it began. */
  ageMs: number;
  latencyMs: number | null;
  timeToFirstTokenMs: number | null;
}

/** Success rate and latency of a model's last calls. */
export interface TrackRecord {
  successes: number;
  failures: number;
  /** The median time to the first token, in milliseconds; null: unknown. */
  firstTokenMs: number | null;
  circuit: Circuit;
}

/** This many consecutive transient errors open a circuit. */
const MAX_IN_A_ROW = 5;
/** How long it stays open after the last of them. */
const OPEN_MS = 30_000;
/** A call that is still in progress after this time was lost rather than slow. */
const TRIAL_MS = 120_000;

/** @param calls newest first */
export function readTrackRecord(calls: readonly PastCall[]): TrackRecord {
  const outcomes = calls.flatMap((call) => {
    const outcome = outcomeOf(call);
    return outcome ? [{ ...call, outcome }] : [];
  });
  const waits = outcomes
    .flatMap(({ timeToFirstTokenMs }) => timeToFirstTokenMs ?? [])
    .toSorted((one, other) => one - other);
  return {
    successes: outcomes.filter(({ outcome }) => outcome === 'success').length,
    failures: outcomes.filter(({ outcome }) => outcome !== 'success').length,
    firstTokenMs: waits[Math.floor(waits.length / 2)] ?? null,
    circuit: circuitOf(calls, outcomes),
  };
}

type Outcome = 'success' | 'passing' | 'lasting';

/** null: the call says nothing about the model. */
function outcomeOf({ status, errorCode }: PastCall): Outcome | null {
  if (status === 'completed') return 'success';
  const kind = status === 'failed' && errorCode ? failureKind(errorCode) : null;
  return kind === 'request' ? 'success' : kind;
}

function circuitOf(
  calls: readonly PastCall[],
  outcomes: readonly (PastCall & { outcome: Outcome })[],
): Circuit {
  const firstOther = outcomes.findIndex(({ outcome }) => outcome !== 'passing');
  const inARow = firstOther === -1 ? outcomes.length : firstOther;
  const last = outcomes[0];
  if (!last || inARow < MAX_IN_A_ROW) return 'closed';
  const sinceLastMs = last.ageMs - (last.latencyMs ?? 0);
  if (sinceLastMs < OPEN_MS) return 'open';
  const isTried = calls.some(({ status, ageMs }) => status === 'started' && ageMs < TRIAL_MS);
  return isTried ? 'open' : 'half_open';
}
