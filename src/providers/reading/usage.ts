import type { Usage } from '../../rules/money.ts';
import { isJsonObject, type JsonObject } from '../json-object.ts';
import { tokenCount } from '../token-count.ts';

type Count = 'input' | 'output' | 'total' | 'cached' | 'written' | 'reasoning';
type Counts = Partial<Record<Count, number>>;

/** Where servers keep a count, the usual place first. */
const PLACES: Record<Count, readonly string[]> = {
  input: ['prompt_tokens', 'input_tokens', 'promptTokenCount', 'prompt_n'],
  output: ['completion_tokens', 'output_tokens', 'candidatesTokenCount', 'predicted_n'],
  total: ['total_tokens', 'totalTokenCount'],
  cached: [
    ...[
      'prompt_tokens_details.cached_tokens',
      'input_tokens_details.cached_tokens',
      'cache_read_input_tokens',
    ],
    ...[
      'prompt_cache_hit_tokens',
      'cached_tokens',
      'num_cached_tokens',
      'cachedContentTokenCount',
      'cache_n',
    ],
  ],
  written: ['cache_creation_input_tokens', 'prompt_tokens_details.cache_write_tokens'],
  reasoning: [
    ...['completion_tokens_details.reasoning_tokens', 'output_tokens_details.reasoning_tokens'],
    ...['output_tokens_details.thinking_tokens', 'reasoning_tokens', 'thoughtsTokenCount'],
  ],
};

/** Of what a server counts in headers alone, such as `fireworks-prompt-tokens` and `x-generated-tokens`. */
const HEADERS: readonly (readonly [RegExp, Count])[] = [
  [/limit|remaining|reset|quota|second|time|cost/, 'total'],
  [/cached.*tokens?(-count)?$/, 'cached'],
  [/(prompt|input)-tokens?(-count)?$/, 'input'],
  [/(completion|output|generated|generation)-tokens?(-count)?$/, 'output'],
  [/reasoning-tokens?(-count)?$/, 'reasoning'],
];

/**
 * The counts of one answer, however often and wherever they come. They are cumulative, so that the highest holds: a 0
 * in a later place says that a server does not count there.
 * @param cache whether `input` holds what came from the cache and went there, as at OpenAI, or not, as at Anthropic.
 */
export function gatherUsage(cache: 'within' | 'beside' = 'within') {
  const counts: Counts = {};
  const absurd = new Set<Count>();
  function keep(count: Count, sent: unknown): void {
    const value = tokenCount(sent);
    if (value !== null) counts[count] = Math.max(counts[count] ?? 0, value);
    else if (sent !== null && sent !== undefined) absurd.add(count);
  }
  return {
    add(sent: unknown): void {
      if (!isJsonObject(sent)) return;
      for (const [count, places] of Object.entries(PLACES) as [Count, readonly string[]][]) {
        for (const place of places) keep(count, at(sent, place));
      }
    },
    addHeaders(headers: Headers): void {
      for (const [name, value] of headers) {
        const count = HEADERS.find(([words]) => words.test(name))?.[1];
        if (count && count !== 'total' && /^\d+$/.test(value)) keep(count, Number(value));
      }
    },
    get isCounted() {
      return Object.keys(counts).length > 0;
    },
    usage: () => toUsage(counts, cache, absurd),
  };
}

function at(sent: JsonObject, place: string): unknown {
  const [first = '', second] = place.split('.');
  const value = sent[first];
  if (second === undefined) return value;
  return isJsonObject(value) ? value[second] : undefined;
}

function toUsage(counts: Counts, cache: 'within' | 'beside', absurd: ReadonlySet<Count>): Usage {
  const { input, output, total, cached, written, reasoning } = counts;
  // More than all of the input cannot be a part of it.
  const isBeside = cache === 'beside' || (cached ?? 0) > (input ?? 0);
  const isUnknown = input === undefined || (isBeside && (absurd.has('cached') || absurd.has('written')));
  const inputTokens = isUnknown ? null : input + (isBeside ? (cached ?? 0) + (written ?? 0) : 0);
  return {
    inputTokens: tokenCount(inputTokens),
    cachedInputTokens: cached ?? null,
    outputTokens: tokenCount(allOutput(output ?? null, inputTokens, total ?? null, reasoning)),
    reasoningTokens: reasoning ?? null,
  };
}

/** Reasoning is paid as output. Some count it beside: then the total, or that it is more than the output, says so. */
function allOutput(output: number | null, input: number | null, total: number | null, reasoning = 0) {
  if (total !== null && input !== null && total >= input) return Math.max(output ?? 0, total - input);
  return output !== null && reasoning > output ? output + reasoning : output;
}
