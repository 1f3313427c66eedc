import type { Usage } from '../../rules/money/money.ts';
import { tooLong } from '../failures/thrown.ts';
import { ProviderError } from '../provider.ts';
import { AnswerTooLong, countCharacters } from '../wire/bounds.ts';

/** Longest permitted silences, in milliseconds. */
export interface Patience {
  /** Before the first part. */
  firstPartMs: number;
  /** After it. */
  idleMs: number;
  /** Before the first part, regardless of signs of life; absent: four times `firstPartMs`. */
  withPingsMs?: number;
  /** Called after a complete answer with the wait for its first part, and its usage. */
  onFinish?(waitedMs: number, usage: Usage): void;
  /** No part came in time. */
  onSilence?(): void;
}

/** Pings show that a server is alive, not that it makes progress. */
const PINGED = 4;

export const DEFAULT_PATIENCE: Patience = { firstPartMs: 120_000, idleMs: 60_000 };

/**
 * Holds every vendor's stream to the same contract, because client libraries differ: an aborted stream throws
 * the reason of the signal (some end as if complete), a stream without its finish marker is an error (some
 * end as if complete), silence is a timeout (none of them detects it), nothing follows the finish marker, an
 * answer has an end, and an empty answer is an error.
 * @param open must heed the given signal, the only thing that ends a silent connection. Data that produced no
 * part, such as pings and pieces of a long tool call, are an empty list: a sign of life
 */
export async function* watchStream<Part extends { type: string }>(
  vendorName: string,
  open: (signal: AbortSignal) => AsyncIterable<readonly Part[]>,
  signal: AbortSignal,
  given: Patience | (() => Promise<Patience>) = DEFAULT_PATIENCE,
): AsyncGenerator<readonly Part[], void, undefined> {
  signal.throwIfAborted();
  const patience = typeof given === 'function' ? await given() : given;
  signal.throwIfAborted();
  const silence = listenForSilence(vendorName);
  const count = countCharacters();
  let hasSaid = false;
  const openedAt = performance.now();
  let waitedMs: number | null = null;
  const either = AbortSignal.any([signal, silence.signal]);
  try {
    silence.expect(patience.firstPartMs, patience.withPingsMs ?? PINGED * patience.firstPartMs);
    for await (const parts of open(either)) {
      either.throwIfAborted();
      if (parts.length === 0) silence.expectAnew();
      else {
        // Silence while the reader is busy is not the vendor's.
        silence.stop();
        waitedMs ??= performance.now() - openedAt;
        for (const part of parts) count(...textsOf(part));
        const finish = parts.findIndex(({ type }) => type === 'finish');
        hasSaid ||= parts.length > 1 || finish === -1;
        if (!hasSaid && isNothing(parts[finish])) throw silent(vendorName);
        yield finish === -1 ? parts : parts.slice(0, finish + 1);
        if (finish !== -1) return report(patience, waitedMs, parts[finish]);
        silence.expect(patience.idleMs);
      }
    }
    throw broken(vendorName);
  } catch (error) {
    if (silence.signal.aborted && waitedMs === null) patience.onSilence?.();
    // Whatever the library threw because we aborted it, our reason applies.
    if (either.aborted) throw either.reason;
    throw error instanceof AnswerTooLong ? tooLong(vendorName, error) : error;
  } finally {
    silence.stop();
  }
}

/**
 * Whether an answer without text and calls was neither cut off, filtered nor charged: some servers end like
 * this when they fail.
 */
function isNothing(finish: object | undefined): boolean {
  if (!finish || !('usage' in finish) || !('reason' in finish)) return false;
  const { outputTokens } = finish.usage as Usage;
  return !outputTokens && (finish.reason === 'stop' || finish.reason === 'unknown');
}

function report({ onFinish }: Patience, waitedMs: number, finish: object | undefined): void {
  if (finish && 'usage' in finish) onFinish?.(waitedMs, finish.usage as Usage);
}

/** The text of a part that is kept in memory. */
function textsOf(part: object): string[] {
  const texts = ['text' in part && part.text, 'arguments' in part && part.arguments];
  return texts.filter((text) => typeof text === 'string');
}

interface Silence {
  /** Aborted when nothing arrived in time. */
  signal: AbortSignal;
  /** @param atMost total limit, however often the wait is restarted; absent: none */
  expect(withinMs: number, atMost?: number): void;
  /** Something arrived: restarts the wait. */
  expectAnew(): void;
  stop(): void;
}

function listenForSilence(vendorName: string): Silence {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let last: NodeJS.Timeout | undefined;
  const timeOut = (afterMs: number) =>
    setTimeout(() => controller.abort(tooQuiet(vendorName, afterMs)), afterMs);
  function stop(): void {
    clearTimeout(timer);
    clearTimeout(last);
  }
  return {
    signal: controller.signal,
    expect(withinMs, atMost) {
      stop();
      timer = timeOut(withinMs);
      if (atMost !== undefined) last = timeOut(atMost);
    },
    expectAnew: () => timer?.refresh(),
    stop,
  };
}

function tooQuiet(vendorName: string, waitedMs: number): ProviderError {
  const message = `${vendorName} sent no part of an answer for ${waitedMs / 1000} s. Try again later.`;
  return new ProviderError('PROVIDER_TIMEOUT', message);
}

function silent(vendorName: string): ProviderError {
  const message = `${vendorName} ended its answer without any content. Try again.`;
  return new ProviderError('PROVIDER_STREAM_BROKEN', message);
}

function broken(vendorName: string): ProviderError {
  const message = `${vendorName} ended its answer without a finish marker. Try again.`;
  return new ProviderError('PROVIDER_STREAM_BROKEN', message);
}
