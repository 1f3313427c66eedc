import type { Origin } from '../history/origin.ts';
import { ProviderError, type StreamPart } from '../provider.ts';
import { learnFrom, type Sent } from './learn.ts';
import type { QuirkMemory } from './memory.ts';
import type { Quirk, Quirks } from './quirk.ts';

type Parts = AsyncIterable<readonly StreamPart[]>;

/**
 * Asks a model as far as its quirks are known. A refusal that shows another one is no end: the model is asked again
 * without what was refused, and that is remembered. Nothing was generated, so nothing is paid.
 * @param toBody what is sent, with such quirks. @param open sends it
 */
export async function* askLearning<Body extends object>(
  memory: QuirkMemory,
  origin: Origin,
  toBody: (quirks: Quirks) => Body,
  open: (body: Body) => Parts,
): AsyncGenerator<readonly StreamPart[]> {
  for (;;) {
    const quirks = await memory.of(origin);
    const body = toBody(quirks);
    let hasBegun = false;
    try {
      for await (const parts of open(body)) {
        hasBegun ||= parts.length > 0;
        yield parts;
      }
      return;
    } catch (error) {
      const quirk = hasBegun ? null : quirkIn(error, body, quirks);
      if (!quirk) throw error;
      await memory.learn(origin, quirk);
    }
  }
}

function quirkIn(error: unknown, body: object, quirks: Quirks): Quirk | null {
  const isRefusal = error instanceof ProviderError && REFUSALS.has(error.code);
  return isRefusal ? learnFrom(error, body as Sent, quirks) : null;
}

/** Some servers answer 500 to what is wrong with a request. */
const REFUSALS = new Set<ProviderError['code']>(['PROVIDER_BAD_REQUEST', 'PROVIDER_UNAVAILABLE']);
