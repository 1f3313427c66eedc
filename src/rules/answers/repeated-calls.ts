/** A tool call and its result. */
export interface DoneCall {
  name: string;
  /** As written by the model. */
  arguments: string;
  output: string;
}

/** Consecutive calls without new results before the model is informed, and before its task ends. */
const NOTICED = 3;
const ENDED = 12;
/** The same for differing results: a command repeated until something happens is not a loop at first. */
const ENDED_WHATEVER_RESULT = 30;
/** Number of different calls that a loop may consist of. */
const MAX_DIFFERENT = 3;

/** Whether an agent is in a loop: its last calls are the same few, repeated. @param calls in order */
export function isLoop(calls: readonly DoneCall[]): boolean {
  return (
    isFewOf(calls.slice(-ENDED), ENDED, signature) ||
    isFewOf(calls.slice(-ENDED_WHATEVER_RESULT), ENDED_WHATEVER_RESULT, question)
  );
}

/** How often the last call was made in a row with the same result; 0: not often enough to report. */
export function timesRepeated(calls: readonly DoneCall[]): number {
  const last = calls.at(-1);
  if (!last) return 0;
  const same = signature(last);
  const other = calls.findLastIndex((call) => signature(call) !== same);
  const times = calls.length - 1 - other;
  return times >= NOTICED ? times : 0;
}

function isFewOf(calls: readonly DoneCall[], least: number, key: (call: DoneCall) => string): boolean {
  return calls.length >= least && new Set(calls.map(key)).size <= MAX_DIFFERENT;
}

const signature = (call: DoneCall) => `${question(call)}\n${call.output}`;

/** The order of members and white space do not matter. */
function question({ name, arguments: text }: DoneCall): string {
  return `${name}(${canonical(text)})`;
}

function canonical(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), (_key, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)))
        : value,
    );
  } catch {
    return text;
  }
}
