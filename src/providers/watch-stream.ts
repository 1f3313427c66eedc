import { ProviderError, type StreamPart } from './provider.ts';

/** Longest silences that are taken for life, in milliseconds. */
export interface Patience {
  firstPartMs: number;
  idleMs: number;
}

export const DEFAULT_PATIENCE: Patience = { firstPartMs: 120_000, idleMs: 60_000 };

/**
 * Holds every vendor's stream to the same contract, because client libraries differ: an aborted stream throws
 * the signal's reason (some end as if complete), a stream without its finish marker is broken (some end as if
 * complete), and silence is a timeout (none of them notices).
 */
export async function* watchStream(
  open: (signal: AbortSignal) => AsyncIterable<StreamPart>,
  signal: AbortSignal,
  patience: Patience = DEFAULT_PATIENCE,
): AsyncGenerator<StreamPart, void, undefined> {
  const silence = new AbortController();
  let timer = setTimeout(tooQuiet, patience.firstPartMs, patience.firstPartMs);
  function tooQuiet(waitedMs: number): void {
    silence.abort(
      new ProviderError('PROVIDER_TIMEOUT', `the provider sent nothing for ${waitedMs / 1000} s`),
    );
  }
  const either = AbortSignal.any([signal, silence.signal]);
  let finished = false;
  try {
    for await (const part of open(either)) {
      either.throwIfAborted();
      clearTimeout(timer);
      yield part;
      finished ||= part.type === 'finish';
      timer = setTimeout(tooQuiet, patience.idleMs, patience.idleMs);
    }
    either.throwIfAborted();
  } catch (error) {
    // Whatever the library threw because we aborted it, the reason is ours.
    throw either.aborted ? either.reason : error;
  } finally {
    clearTimeout(timer);
  }
  if (!finished)
    throw new ProviderError('PROVIDER_STREAM_BROKEN', 'the answer ended without its finish marker');
}
