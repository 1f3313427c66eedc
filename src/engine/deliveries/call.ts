import { DomainError } from '../../errors.ts';
import { retryAfterMs } from '../../rules/runs/retry.ts';

/** A request to somebody's address. */
export interface Call {
  url: string;
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body?: string;
}

export interface Answer {
  status: number;
  retryAfterMs: number | null;
  /** As much of it as was read. */
  text: string;
}

/** Nobody may keep us longer. */
export const PATIENCE_MS = 10_000;
const MAX_CHARACTERS = 64 * 1024;

/**
 * @param fetch that of `createOutboundFetch`. @param isRead whether it matters what an answer says that is no failure.
 * @param stopping breaks it off.
 * @returns the answer, whatever it is, or why there is none.
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

/** A look-up of a name takes no signal. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** What is broken off counts as far as it came. */
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
    // The status says enough.
  }
  return text.slice(0, MAX_CHARACTERS);
}

/** Addresses may hold secrets; what is said here names no more than a host. */
function whyNot(thrown: unknown): string {
  if (thrown instanceof DomainError) return thrown.message;
  const code = (thrown as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? `no connection: ${code}` : 'the connection broke';
}
