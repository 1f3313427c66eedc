/**
 * Adjustments to requests, learned from errors of the model's server. `no_…`: it rejects that parameter,
 * which is omitted.
 */
export const QUIRKS = [
  'no_temperature',
  'no_top_p',
  'no_stop',
  'no_seed',
  'no_stream_options',
  /** Its server has no Responses API for it: chat completions are used. */
  'no_responses',
  /** It is served by the Responses API only, which has no stop sequences and no seed. */
  'no_chat_completions',
  /** Its server does not support cache markers. */
  'no_cache_control',
  'no_prompt_cache_key',
  /** The schema is put into the prompt instead. */
  'no_response_format',
  /** It does not reason, or not with this parameter. */
  'no_reasoning_effort',
  /** It supports only the efforts low, medium and high. */
  'basic_reasoning_effort',
  /** It rejects its own reasoning. */
  'no_reasoning',
  /** The output limit is sent under this name; the other name is rejected. */
  'max_tokens',
  'max_completion_tokens',
  /** Ids of calls have nine letters and digits, as at Mistral. */
  'short_call_ids',
  /**
   * Calls without the signature of a thought are rejected, as by Gemini: those of other models get one that
   * it skips.
   */
  'thought_signatures',
  /** Calls without `reasoning_content` are rejected, as by DeepSeek and Moonshot. */
  'reasoning_content',
  /** It supports no system messages: they are prepended to the first user message. */
  'no_system',
  /** Consecutive messages of one role are rejected: they are joined. */
  'alternating_roles',
] as const;

export type Quirk = (typeof QUIRKS)[number];
export type Quirks = ReadonlySet<Quirk>;

export function isQuirk(word: string): word is Quirk {
  return (QUIRKS as readonly string[]).includes(word);
}
