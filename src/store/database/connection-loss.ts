import { setTimeout as wait } from 'node:timers/promises';

/** SQLSTATE classes and codes of a server that goes, comes, or is out of reach (PostgreSQL, appendix A). */
const SQLSTATES = /^(08...|57P0[1-3]|53300)$/;
const SYSTEM_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH']);

/**
 * Whether a statement failed because its connection did. Then nobody knows if it was committed: what is tried
 * again has to find out.
 */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  if (isRolledBackForOthers(error) || SQLSTATES.test(code) || SYSTEM_CODES.has(code)) return true;
  return /^(Connection terminated|timeout exceeded when trying to connect)/.test(error.message);
}

/** Whether Postgres rolled a statement back for others to go on: a deadlock, or a serialization failure. */
export function isRolledBackForOthers(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === '40P01' || error.code === '40001');
}

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1_000;

/** Does `work` until it no longer fails for want of a connection. @throws what else it throws, or when `signal` aborts. */
export async function outlastConnectionLoss<Result>(
  work: () => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!isConnectionLoss(error)) throw error;
      await wait(waitMs, undefined, signal && { signal });
    }
  }
}
