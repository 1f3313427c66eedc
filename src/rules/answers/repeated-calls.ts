/** A tool call and its result. */
export interface DoneCall {
  name: string;
  /** As the model wrote them. */
  arguments: string;
  output: string;
}

/** Calls in a row that bring nothing new, before the model is informed, and before its task is ended. */
const NOTICED = 3;
const ENDED = 12;
/** The same with results that differ: a command that is repeated until something happens is no loop for long. */
const ENDED_WHATEVER_RESULT = 30;
/** Different calls that a loop may consist of. */
const MAX_DIFFERENT = 3;

/** Whether an agent has lost its way: its last calls are the same few again and again. @param calls in order */
export function isLoop(calls: readonly DoneCall[]): boolean {
  return (
    isFewOf(calls.slice(-ENDED), ENDED, signature) ||
    isFewOf(calls.slice(-ENDED_WHATEVER_RESULT), ENDED_WHATEVER_RESULT, question)
  );
}

/** How often the last call was made with the same result, without another one in between; 0: not often enough to mention. */
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

/** The same members in another order, or with other white space, are the same question. */
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
