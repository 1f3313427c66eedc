import type { ServerSentEvent } from '@anthropic-ai/sdk/core/streaming';
import { z } from 'zod';

const text = z.string().nullish();
/** Judged later: a wrong count spoils no answer. */
const count = z.unknown().optional();

const usage = z.object({
  input_tokens: count,
  cache_creation_input_tokens: count,
  cache_read_input_tokens: count,
  output_tokens: count,
  output_tokens_details: z.object({ thinking_tokens: count }).nullish(),
});

// https://platform.claude.com/docs/en/build-with-claude/streaming
const event = z.object({
  type: z.string(),
  index: z.number().nullish(),
  message: z.object({ usage: usage.nullish() }).nullish(),
  content_block: z.object({ type: z.string(), id: text, name: text, data: text }).nullish(),
  delta: z.object({ text, thinking: text, signature: text, partial_json: text, stop_reason: text }).nullish(),
  usage: usage.nullish(),
  error: z.object({ type: text, message: text }).nullish(),
});

export type AnthropicEvent = z.infer<typeof event>;
export type AnthropicUsage = z.infer<typeof usage>;
export type ContentBlock = NonNullable<AnthropicEvent['content_block']>;

/**
 * The library reads what has no `event` field as nothing at all, so events are read here. Comments have no data.
 * @throws Error for data that is no event.
 */
export function readEvent({ data }: ServerSentEvent): AnthropicEvent | null {
  if (data === '') return null;
  const read = event.safeParse(JSON.parse(data));
  if (read.success) return read.data;
  throw new Error('it sent an event that is none of its API');
}
