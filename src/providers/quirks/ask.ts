import { windowIn } from '../../rules/models/context-window.ts';
import type { Origin } from '../history/origin.ts';
import { ProviderError, type StreamPart } from '../provider.ts';
import { ENCRYPTED, GRAMMAR, learnFrom, type Sent } from './learn.ts';
import type { QuirkMemory } from './memory.ts';
import type { Quirk, Quirks } from './quirk.ts';
import { refusedApi } from './refused-api.ts';

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
  const once = new Set<Quirk>();
  for (;;) {
    const quirks = new Set([...(await memory.of(origin)), ...once]);
    const body = toBody(quirks);
    let hasBegun = false;
    try {
      for await (const parts of open(body)) {
        hasBegun ||= parts.length > 0;
        yield parts;
      }
      return;
    } catch (error) {
      if (error instanceof ProviderError && error.code === 'CONTEXT_TOO_LONG')
        learnWindow(memory, origin, error);
      const quirk = hasBegun ? null : quirkIn(error, body, quirks);
      if (!quirk) throw error;
      if (isAboutSchema(error) || isAboutHistory(error, quirk)) once.add(quirk);
      else await memory.learn(origin, quirk);
    }
  }
}

/** What Ollama names is the context that it was asked to load the model with. */
function learnWindow(memory: QuirkMemory, origin: Origin, { said }: ProviderError): void {
  const window = origin.provider === 'ollama' ? null : windowIn(said);
  if (window !== null) memory.learnWindow(origin, window);
}

function quirkIn(error: unknown, body: object, quirks: Quirks): Quirk | null {
  if (!(error instanceof ProviderError)) return null;
  const api = refusedApi(error, body as Sent, quirks);
  return api ?? (isRefusal(error) ? learnFrom(error, body as Sent, quirks) : null);
}

/** This request's schema is wrong, or has what the server does not know: others may be taken. */
function isAboutSchema(error: unknown): boolean {
  return error instanceof ProviderError && (SCHEMA.test(error.said) || GRAMMAR.test(error.said));
}

const SCHEMA =
  /(invalid|bad|unsupported)[^.]{0,40}\bschema|\bschema\b[^.]{0,60}(invalid|not valid)|is not a valid format/i;

/** The error is about a message, a block, the tools or encrypted reasoning: a request without those may still use the parameter. */
function isAboutHistory(error: unknown, quirk: Quirk): boolean {
  if (!(error instanceof ProviderError)) return false;
  if (quirk === 'no_reasoning') return ENCRYPTED.test(error.said);
  return PARTIAL.includes(quirk) && HISTORY.test(error.said);
}

const PARTIAL: readonly Quirk[] = ['no_reasoning_effort', 'basic_reasoning_effort'];
const HISTORY = /\bmessages?[.[]\d|\bblocks?\b|\btools?\b/i;

/** Some servers answer 500 to what is wrong with a request. 502 to 504 are of gateways, whatever they say. */
function isRefusal({ code, status }: ProviderError): boolean {
  return code === 'PROVIDER_BAD_REQUEST' || (code === 'PROVIDER_UNAVAILABLE' && status === 500);
}
