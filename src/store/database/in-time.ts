import { setTimeout as wait } from 'node:timers/promises';

export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** @throws NoAnswer when it takes longer. The work continues, and its error is dropped */
export async function inTime<Result>(work: Promise<Result>, ms: number): Promise<Result> {
  const stop = new AbortController();
  const late = wait(ms, undefined, { signal: stop.signal, ref: false }).then(() => {
    throw new NoAnswer(`no answer within ${ms} ms`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    stop.abort();
    // Whatever loses the race has no one to report to.
    late.catch(() => {});
    work.catch(() => {});
  }
}
