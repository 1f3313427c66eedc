import { windowIn } from '../../rules/models/context-window.ts';
import type { Origin } from '../history/origin.ts';
import { ProviderError, type StreamPart } from '../provider.ts';
import { ENCRYPTED, GRAMMAR, learnFrom, type Sent } from './learn.ts';
import type { QuirkMemory } from './memory.ts';
import type { Quirk, Quirks } from './quirk.ts';
import { refusedApi } from './refused-api.ts';

type Parts = AsyncIterable<readonly StreamPart[]>;

/**
 * Calls a model with its known quirks. If the error reveals another quirk, the model is called again without
 * the rejected part, and the quirk is remembered. Nothing was generated, so nothing is charged.
 * @param toBody builds the request for given quirks. @param open sends it
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

/** The window named by Ollama is the context size that it was asked to load the model with. */
function learnWindow(memory: QuirkMemory, origin: Origin, { said }: ProviderError): void {
  const window = origin.provider === 'ollama' ? null : windowIn(said);
  if (window !== null) memory.learnWindow(origin, window);
}

function quirkIn(error: unknown, body: object, quirks: Quirks): Quirk | null {
  if (!(error instanceof ProviderError)) return null;
  const api = refusedApi(error, body as Sent, quirks);
  return api ?? (isRefusal(error) ? learnFrom(error, body as Sent, quirks) : null);
}

/** The schema of this request is invalid, or has unsupported parts: others may be accepted. */
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

/** Some servers answer 500 to invalid requests. 502 to 504 come from gateways, whatever they contain. */
function isRefusal({ code, status }: ProviderError): boolean {
  return code === 'PROVIDER_BAD_REQUEST' || (code === 'PROVIDER_UNAVAILABLE' && status === 500);
}
