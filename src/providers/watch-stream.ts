import type { Usage } from '../rules/money.ts';
import { ProviderError } from './provider.ts';
import { tooLong } from './thrown.ts';
import { AnswerTooLong, countCharacters } from './wire/bounds.ts';

/** Longest silences that are taken for life, in milliseconds. */
export interface Patience {
  /** Before the first part. */
  firstPartMs: number;
  /** After it. */
  idleMs: number;
}

export const DEFAULT_PATIENCE: Patience = { firstPartMs: 120_000, idleMs: 60_000 };

/**
 * Holds every vendor's stream to the same contract, because client libraries differ: an aborted stream throws
 * the signal's reason (some end as if complete), a stream without its finish marker is broken (some end as if
 * complete), silence is a timeout (none of them notices), nothing comes after the finish marker, an answer has an
 * end, and nothing at all is no answer.
 * @param open must heed the signal that it is given: it is all that ends a silent connection. What came without
 * becoming a part, as pings and pieces of a long tool call do, is an empty list: a sign of life.
 */
export async function* watchStream<Part extends { type: string }>(
  vendorName: string,
  open: (signal: AbortSignal) => AsyncIterable<readonly Part[]>,
  signal: AbortSignal,
  patience: Patience = DEFAULT_PATIENCE,
): AsyncGenerator<readonly Part[], void, undefined> {
  signal.throwIfAborted();
  const silence = listenForSilence(vendorName);
  const count = countCharacters();
  let hasSaid = false;
  const either = AbortSignal.any([signal, silence.signal]);
  try {
    silence.expect(patience.firstPartMs);
    for await (const parts of open(either)) {
      either.throwIfAborted();
      if (parts.length === 0) silence.expectAnew();
      else {
        // While the reader takes its time, silence is not the vendor's.
        silence.stop();
        for (const part of parts) count(...textsOf(part));
        const finish = parts.findIndex(({ type }) => type === 'finish');
        hasSaid ||= parts.length > 1 || finish === -1;
        if (!hasSaid && isNothing(parts[finish])) throw silent(vendorName);
        yield finish === -1 ? parts : parts.slice(0, finish + 1);
        if (finish !== -1) return;
        silence.expect(patience.idleMs);
      }
    }
    throw broken(vendorName);
  } catch (error) {
    // Whatever the library threw because we aborted it, the reason is ours.
    if (either.aborted) throw either.reason;
    throw error instanceof AnswerTooLong ? tooLong(vendorName, error) : error;
  } finally {
    silence.stop();
  }
}

/** Whether an answer without text and calls was not cut off, filtered or paid: some servers end so when they fail. */
function isNothing(finish: object | undefined): boolean {
  if (!finish || !('usage' in finish) || !('reason' in finish)) return false;
  const { outputTokens } = finish.usage as Usage;
  return !outputTokens && (finish.reason === 'stop' || finish.reason === 'unknown');
}

/** What is kept of a part in memory. */
function textsOf(part: object): string[] {
  const texts = ['text' in part && part.text, 'arguments' in part && part.arguments];
  return texts.filter((text) => typeof text === 'string');
}

interface Silence {
  /** Aborted when nothing came in time. */
  signal: AbortSignal;
  expect(withinMs: number): void;
  /** Something came: the wait begins anew. */
  expectAnew(): void;
  stop(): void;
}

function listenForSilence(vendorName: string): Silence {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  return {
    signal: controller.signal,
    expect(withinMs) {
      clearTimeout(timer);
      timer = setTimeout(() => controller.abort(tooQuiet(vendorName, withinMs)), withinMs);
    },
    expectAnew: () => timer?.refresh(),
    stop: () => clearTimeout(timer),
  };
}

function tooQuiet(vendorName: string, waitedMs: number): ProviderError {
  const message = `${vendorName} sent nothing for ${waitedMs / 1000} s. Try again later.`;
  return new ProviderError('PROVIDER_TIMEOUT', message);
}

function silent(vendorName: string): ProviderError {
  const message = `${vendorName} ended its answer without having said anything. Try again.`;
  return new ProviderError('PROVIDER_STREAM_BROKEN', message);
}

function broken(vendorName: string): ProviderError {
  const message = `${vendorName} ended its answer without a finish marker. Try again.`;
  return new ProviderError('PROVIDER_STREAM_BROKEN', message);
}
