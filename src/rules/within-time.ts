import { createContext, Script } from 'node:vm';

/** What callers wrote can take for ever, and nothing else happens meanwhile. */
const PATIENCE_MS = 1_000;

const bounded = new Script('work()');

/** Ends what computes for too long. @throws Error when it did, and whatever `work` throws. */
export function withinTime<Result>(work: () => Result, patienceMs = PATIENCE_MS): Result {
  return bounded.runInContext(createContext({ work }), { timeout: patienceMs }) as Result;
}

/** What was thrown within, in words. */
export function faultMessage(thrown: unknown): string {
  const error = thrown as { code?: unknown; message?: unknown };
  if (error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return 'it is too complex';
  return String(error.message ?? thrown);
}
