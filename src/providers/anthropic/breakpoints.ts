import type {
  ContentBlockParam,
  MessageCreateParamsStreaming,
  MessageParam,
} from '@anthropic-ai/sdk/resources/messages';

/** For five minutes after its last use. */
const MARK = { cache_control: { type: 'ephemeral' } } as const;

type Body = MessageCreateParamsStreaming;

/**
 * Marks how far Anthropic should cache a request, which is processed as tools, system, messages. All four
 * permitted marks are used: after the tools and after the system prompt, which other conversations may share;
 * where the conversation ended at the previous request, because from a mark the lookup goes back at most 20
 * blocks and a turn may have more; and at the end. The automatic mode uses only the last of these. Content
 * that is too short is not cached, at no cost.
 * https://platform.claude.com/docs/en/build-with-claude/prompt-caching
 */
export function withBreakpoints({ tools, system, messages, ...body }: Body): Body {
  return {
    ...body,
    ...(tools && {
      tools: tools.map((tool, index) => (index === tools.length - 1 ? { ...tool, ...MARK } : tool)),
    }),
    ...(typeof system === 'string' && { system: [{ type: 'text', text: system, ...MARK }] }),
    messages: markMessages(messages),
  };
}

function markMessages(messages: readonly MessageParam[]): MessageParam[] {
  const answer = messages.findLastIndex(({ role }) => role === 'assistant');
  const ends = new Set([answer - 1, messages.length - 1]);
  return messages.map((message, index) =>
    ends.has(index) && message.role === 'user' ? { role: 'user', content: marked(message.content) } : message,
  );
}

function marked(content: MessageParam['content']): ContentBlockParam[] {
  const blocks = typeof content === 'string' ? [{ type: 'text' as const, text: content }] : content;
  return blocks.map((block, index) =>
    index === blocks.length - 1 ? ({ ...block, ...MARK } as ContentBlockParam) : block,
  );
}
