import type pg from 'pg';

/** How often the runs are looked at, in milliseconds. */
const LOOK_MS = 20;

/**
 * The response of an endpoint that waits for its run; null when the request was accepted, which is when there is one run
 * more. No worker takes it, and nothing else creates runs meanwhile.
 */
export async function fetchUntilAccepted(pool: pg.Pool, url: string, init: RequestInit) {
  const before = await countRuns(pool);
  const accepted = new AbortController();
  const looks = setInterval(async () => {
    if ((await countRuns(pool)) > before) accepted.abort();
  }, LOOK_MS);
  try {
    return await fetch(url, { ...init, signal: accepted.signal });
  } catch (thrown) {
    if (accepted.signal.aborted) return null;
    throw thrown;
  } finally {
    clearInterval(looks);
  }
}

async function countRuns(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query('select count(*)::int from run');
  return rows[0].count;
}
