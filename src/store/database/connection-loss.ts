import { setTimeout as wait } from 'node:timers/promises';

/** SQLSTATE classes and codes of a server that stops, starts, or is unavailable (PostgreSQL, appendix A). */
const SQLSTATES = /^(08...|57P0[1-3]|53300)$/;
const SYSTEM_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH']);

/**
 * Whether a statement failed because its connection did. It is then unknown whether it was committed; a retry
 * has to find out.
 */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  if (isRolledBackForOthers(error) || SQLSTATES.test(code) || SYSTEM_CODES.has(code)) return true;
  return /^(Connection terminated|timeout exceeded when trying to connect)/.test(error.message);
}

/** Whether Postgres rolled a statement back in favour of others: a deadlock, or a serialization failure. */
export function isRolledBackForOthers(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === '40P01' || error.code === '40001');
}

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1_000;

/**
 * Repeats `work` until it no longer fails because of its connection. @throws other errors of it, and when
 * `signal` aborts
 */
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
