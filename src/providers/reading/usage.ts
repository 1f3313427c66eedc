import { isJsonObject, type JsonObject } from '../../rules/json/json-object.ts';
import type { Usage } from '../../rules/money/money.ts';
import { tokenCount } from './token-count.ts';

type Count = 'input' | 'missed' | 'output' | 'total' | 'cached' | 'written' | 'short' | 'long' | 'reasoning';
type Counts = Partial<Record<Count, number>>;

/** Where servers put a count, the usual place first. */
const PLACES: Record<Count, readonly string[]> = {
  input: ['prompt_tokens', 'input_tokens', 'promptTokenCount', 'inputTokens', 'prompt_n'],
  /** Input that was not in the cache, if the total is not reported. */
  missed: ['prompt_cache_miss_tokens'],
  output: ['completion_tokens', 'output_tokens', 'candidatesTokenCount', 'outputTokens', 'predicted_n'],
  total: ['total_tokens', 'totalTokenCount', 'totalTokens'],
  cached: [
    'prompt_tokens_details.cached_tokens',
    'input_tokens_details.cached_tokens',
    'cache_read_input_tokens',
    'prompt_cache_hit_tokens',
    'cached_tokens',
    'num_cached_tokens',
    'cachedContentTokenCount',
    'cacheReadInputTokens',
    'cache_n',
  ],
  written: [
    'cache_creation_input_tokens',
    'prompt_tokens_details.cache_write_tokens',
    'prompt_tokens_details.cache_creation_tokens',
    'prompt_tokens_details.cache_creation_input_tokens',
    'input_tokens_details.cache_write_tokens',
    'cacheWriteInputTokens',
  ],
  /** For five minutes. */
  short: [
    'cache_creation.ephemeral_5m_input_tokens',
    'prompt_tokens_details.cache_creation_token_details.ephemeral_5m_input_tokens',
  ],
  /** For an hour. */
  long: [
    'cache_creation.ephemeral_1h_input_tokens',
    'prompt_tokens_details.cache_creation_token_details.ephemeral_1h_input_tokens',
  ],
  reasoning: [
    'completion_tokens_details.reasoning_tokens',
    'output_tokens_details.reasoning_tokens',
    'output_tokens_details.thinking_tokens',
    'reasoning_tokens',
    'thoughtsTokenCount',
  ],
};

/** Some servers report usage in every chunk. */
const PATHS = Object.entries(PLACES).flatMap(([count, places]) =>
  places.map((place) => ({ count: count as Count, path: place.split('.') })),
);

/** Counts that a server sends only in headers, such as `fireworks-prompt-tokens` and `x-generated-tokens`. */
const HEADERS: readonly (readonly [RegExp, Count])[] = [
  [/limit|remaining|reset|quota|second|time|cost/, 'total'],
  [/cached.*tokens?(-count)?$/, 'cached'],
  [/(prompt|input)-tokens?(-count)?$/, 'input'],
  [/(completion|output|generated|generation)-tokens?(-count)?$/, 'output'],
  [/reasoning-tokens?(-count)?$/, 'reasoning'],
];

/**
 * The counts of one answer, from wherever and however often they are sent. They are cumulative, so the
 * highest applies: a 0 in a later place means that a server does not count there.
 * @param cache whether `input` includes cached tokens, as at OpenAI, or not, as at Anthropic
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
      for (const { count, path } of PATHS) keep(count, at(sent, path));
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

function at(sent: JsonObject, path: readonly string[]): unknown {
  let value: unknown = sent;
  for (const name of path) value = isJsonObject(value) ? value[name] : undefined;
  return value;
}

function toUsage(counts: Counts, cache: 'within' | 'beside', absurd: ReadonlySet<Count>): Usage {
  const { output, total, cached, reasoning } = counts;
  const input = counts.input ?? (counts.missed === undefined ? undefined : counts.missed + (cached ?? 0));
  const written = writtenOf(counts);
  const apart = (cached ?? 0) + (written ?? 0);
  const isBeside = cache === 'beside' || isCountedBeside(input ?? 0, apart, counts);
  const isUnknown = input === undefined || (isBeside && (absurd.has('cached') || absurd.has('written')));
  const inputTokens = isUnknown ? null : input + (isBeside ? apart : 0);
  return {
    inputTokens: tokenCount(inputTokens),
    cachedInputTokens: cached ?? null,
    cacheWriteTokens: tokenCount(written),
    ...(counts.long !== undefined && { cacheWriteHourTokens: counts.long }),
    outputTokens: tokenCount(allOutput(output ?? null, inputTokens, total ?? null, reasoning)),
    reasoningTokens: reasoning ?? null,
  };
}

function writtenOf({ written, short, long }: Counts): number | undefined {
  if (written === undefined && short === undefined && long === undefined) return undefined;
  return Math.max(written ?? 0, (short ?? 0) + (long ?? 0));
}

/** More than all input cannot be a part of it; otherwise the total shows whether it is separate. */
function isCountedBeside(input: number, apart: number, { output, total }: Counts): boolean {
  return apart > input || (apart > 0 && output !== undefined && total === input + apart + output);
}

/**
 * Reasoning is charged as output. Some servers count it separately, which the total shows, or that it exceeds
 * the output.
 */
function allOutput(output: number | null, input: number | null, total: number | null, reasoning = 0) {
  if (total !== null && input !== null && total >= input) return Math.max(output ?? 0, total - input);
  return output !== null && reasoning > output ? output + reasoning : output;
}
