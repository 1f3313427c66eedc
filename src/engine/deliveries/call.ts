import { DomainError } from '../../errors.ts';
import { retryAfterMs } from '../../rules/runs/retry.ts';

/** A request to an address configured by a user. */
export interface Call {
  url: string;
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body?: string;
}

export interface Answer {
  status: number;
  retryAfterMs: number | null;
  /** The body, as far as it was read. */
  text: string;
}

/** Limits the time that a receiver can occupy a worker slot. */
export const PATIENCE_MS = 10_000;
const MAX_CHARACTERS = 64 * 1024;

/**
 * @param fetch from `createOutboundFetch` @param isRead whether to read the body of a successful response
 * @param stopping aborts the call
 * @returns the response, whatever its status, or why there is none
 */
export async function call(
  fetch: typeof globalThis.fetch,
  { url, ...request }: Call,
  isRead: boolean,
  stopping?: AbortSignal,
): Promise<Answer | { failure: string }> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  const signal = stopping ? AbortSignal.any([patience, stopping]) : patience;
  try {
    const response = await Promise.race([fetch(url, { ...request, signal }), aborted(signal)]);
    const text = isRead || !response.ok ? await beginningOf(response) : '';
    await response.body?.cancel().catch(() => {});
    const retryAfter = retryAfterMs(response.headers.get('retry-after'), Date.now());
    return { status: response.status, retryAfterMs: retryAfter, text };
  } catch (thrown) {
    return { failure: patience.aborted ? `no answer within ${PATIENCE_MS / 1000} s` : whyNot(thrown) };
  }
}

/** DNS lookups do not accept a signal. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** If reading is aborted, the part read so far is returned. */
async function beginningOf({ body }: Response): Promise<string> {
  if (!body) return '';
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const chunk of body) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length >= MAX_CHARACTERS) break;
    }
  } catch {
    // The status is sufficient.
  }
  return text.slice(0, MAX_CHARACTERS);
}

/** URLs may contain secrets; messages name at most the host. */
function whyNot(thrown: unknown): string {
  if (thrown instanceof DomainError) return thrown.message;
  const code = (thrown as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? `no connection: ${code}` : 'the connection was interrupted';
}
