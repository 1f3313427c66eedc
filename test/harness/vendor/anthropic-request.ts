import { promptBlocks } from './anthropic-cache.ts';
import { invalidRequest } from './faults.ts';
import { contentText, type Json, readMessages, readModel, textsOf } from './messages.ts';
import { isObject } from './requests.ts';
import type { Call } from './wire.ts';

function readLimit({ max_tokens }: Json): number {
  if (max_tokens === undefined) throw invalidRequest('max_tokens: Field required');
  if (typeof max_tokens === 'number' && max_tokens >= 1) return max_tokens;
  throw invalidRequest('max_tokens: Input should be greater than or equal to 1');
}

const blocksOf = (message: Json | undefined, type: string): Json[] =>
  (Array.isArray(message?.content) ? message.content : []).filter(
    (block: unknown) => isObject(block) && block.type === type,
  );

/** Roles, and that every result follows right after the call that it answers. */
function check(messages: readonly Json[]): void {
  for (const [index, message] of messages.entries()) {
    if (message.role !== 'user' && message.role !== 'assistant') {
      throw invalidRequest(`messages.${index}.role: Input should be 'user' or 'assistant'`);
    }
    const asked = blocksOf(messages[index - 1], 'tool_use').map(({ id }) => id);
    const answered = blocksOf(message, 'tool_result').map(({ tool_use_id }) => tool_use_id);
    if (JSON.stringify(asked) !== JSON.stringify(answered)) {
      throw invalidRequest(
        `messages.${index}: \`tool_use\` ids ${asked} need as many \`tool_result\` blocks, got ${answered}`,
      );
    }
  }
}

export function parseAnthropic(body: Json): Call {
  const messages = readMessages(body);
  check(messages);
  const { promptText, lastUserText } = textsOf(messages);
  return {
    model: readModel(body),
    stream: body.stream === true,
    streamUsage: true,
    limit: readLimit(body),
    promptText: contentText(body.system) + promptText,
    lastUserText,
    blocks: promptBlocks(body),
  };
}
