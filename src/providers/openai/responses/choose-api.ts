import type { ModelRequest } from '../../provider.ts';
import type { Quirks } from '../../quirks/quirk.ts';
import { isReasoningModel } from '../models-that-reason.ts';

/** The least `max_output_tokens` that the Responses API takes. */
const LEAST_TOKENS = 16;

/**
 * Whether a request to OpenAI itself goes to its Responses API: one of a model that reasons, because that API alone gives
 * out the reasoning that belongs to a model's calls of tools, to be sent back with their results. Everything else goes to
 * chat completions, and so does a request with a setting that only they have; a model that is known to refuse one of the
 * two APIs is asked through the other.
 */
export function usesResponses(request: ModelRequest, quirks: Quirks): boolean {
  if (!isReasoningModel(request.model) || quirks.has('no_responses')) return false;
  return quirks.has('no_chat_completions') || !needsChat(request, quirks);
}

function needsChat({ stop, seed, maxTokens = LEAST_TOKENS }: ModelRequest, quirks: Quirks): boolean {
  const stops = stop !== undefined && stop.length > 0 && !quirks.has('no_stop');
  const seeds = seed !== undefined && !quirks.has('no_seed');
  return stops || seeds || maxTokens < LEAST_TOKENS;
}
