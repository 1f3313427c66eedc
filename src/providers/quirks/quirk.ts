/**
 * What a model's server takes differently, as its refusals showed. `no_…`: it refuses that parameter, which is left out.
 */
export const QUIRKS = [
  'no_temperature',
  'no_top_p',
  'no_stop',
  'no_seed',
  'no_stream_options',
  /** Its server has no Responses API for it: chat completions are used. */
  'no_responses',
  /** It is served by the Responses API alone, which has no stop sequences and no seed. */
  'no_chat_completions',
  /** Its server knows no marks of what is to be cached. */
  'no_cache_control',
  'no_prompt_cache_key',
  /** The schema is put into the prompt instead. */
  'no_response_format',
  /** It does not reason, or not as it is asked to. */
  'no_reasoning_effort',
  /** Of the efforts of reasoning, it has low, medium and high alone. */
  'basic_reasoning_effort',
  /** It refuses what it sent itself with its thoughts. */
  'no_reasoning',
  /** The longest answer is called so; the other name is refused. */
  'max_tokens',
  'max_completion_tokens',
  /** Ids of calls have nine letters and digits, as at Mistral. */
  'short_call_ids',
  /** Calls without the signature of a thought are refused, as by Gemini: those of other models get one that it skips. */
  'thought_signatures',
  /** Calls without `reasoning_content` are refused, as by DeepSeek and Moonshot. */
  'reasoning_content',
  /** It has no system messages: they begin the first message of the user. */
  'no_system',
  /** Two messages of one side are refused: they are joined. */
  'alternating_roles',
] as const;

export type Quirk = (typeof QUIRKS)[number];
export type Quirks = ReadonlySet<Quirk>;

export function isQuirk(word: string): word is Quirk {
  return (QUIRKS as readonly string[]).includes(word);
}
