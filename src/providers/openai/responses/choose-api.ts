import type { ModelRequest } from '../../provider.ts';
import type { Quirks } from '../../quirks/quirk.ts';
import { isReasoningModel } from '../reasoning-models.ts';

/** The least `max_output_tokens` that the Responses API takes. */
const LEAST_TOKENS = 16;

/**
 * Whether a request to OpenAI uses the Responses API. Reasoning models do, because only that API returns the reasoning
 * behind tool calls, which has to be sent back with their results. A request with a setting that only chat completions
 * support goes there, as do all other models. A model known to reject one of the two APIs uses the other.
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
