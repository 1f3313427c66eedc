import { anthropicErrorBody, anthropicRefusals, missingKey } from './anthropic-errors.ts';
import { parseAnthropic } from './anthropic-request.ts';
import type { Frame, Reply, Usage, Wire } from './wire.ts';

// https://platform.claude.com/docs/en/build-with-claude/streaming
const event = (part: Frame['part'], type: string, data: object = {}): Frame => ({
  part,
  text: `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`,
});

const stopReasons = { stop: 'end_turn', length: 'max_tokens', tool_calls: 'tool_use' } as const;

const inputUsage = ({ prompt, cached, written, hour }: Usage): object => ({
  input_tokens: prompt - cached - written,
  cache_creation_input_tokens: written,
  cache_read_input_tokens: cached,
  cache_creation: { ephemeral_5m_input_tokens: written - hour, ephemeral_1h_input_tokens: hour },
});

const outputUsage = ({ completion, reasoning }: Usage): object => ({
  output_tokens: completion,
  output_tokens_details: { thinking_tokens: reasoning },
});

interface Block {
  /** The block as it begins; its fragments fill the field of the same name as their delta. */
  readonly start: Readonly<Record<string, unknown>>;
  readonly part: Frame['part'];
  readonly fragments: readonly string[];
  readonly delta: (fragment: string) => object;
}

const SIGNATURE = 'c2lnbmVkIGJ5IHRoZSB2ZW5kb3I=';

function blocks({ answer, sequence }: Reply): Block[] {
  const all: Block[] = [
    {
      start: { type: 'thinking', thinking: '', signature: '' },
      part: 'thought',
      fragments: answer.reasoning,
      delta: (thinking) => ({ type: 'thinking_delta', thinking }),
    },
    {
      start: { type: 'text', text: '' },
      part: 'answer',
      fragments: answer.text,
      delta: (text) => ({ type: 'text_delta', text }),
    },
    ...answer.toolCalls.map(
      ({ name, fragments }, index): Block => ({
        start: { type: 'tool_use', id: `toolu_${sequence}_${index}`, name, input: {} },
        part: 'answer',
        fragments,
        delta: (partial_json) => ({ type: 'input_json_delta', partial_json }),
      }),
    ),
  ];
  return all.filter(({ start, fragments }) => start.type === 'tool_use' || fragments.length > 0);
}

function blockFrames({ start, part, fragments, delta }: Block, index: number): Frame[] {
  const grow = (of: Frame['part'], grown: object): Frame =>
    event(of, 'content_block_delta', { index, delta: grown });
  return [
    event('structure', 'content_block_start', { index, content_block: start }),
    ...fragments.map((fragment) => grow(part, delta(fragment))),
    ...(start.type === 'thinking'
      ? [grow('structure', { type: 'signature_delta', signature: SIGNATURE })]
      : []),
    event('structure', 'content_block_stop', { index }),
  ];
}

const envelope = ({ sequence, call }: Reply): object => ({
  id: `msg_${sequence}`,
  type: 'message',
  role: 'assistant',
  model: call.model,
});

function frames(reply: Reply): Frame[] {
  const { answer, usage } = reply;
  const opening = { ...envelope(reply), content: [], stop_reason: null, stop_sequence: null };
  return [
    event('structure', 'message_start', {
      message: { ...opening, ...(usage && { usage: { ...inputUsage(usage), output_tokens: 1 } }) },
    }),
    event('structure', 'ping'),
    ...blocks(reply).flatMap(blockFrames),
    event('closing', 'message_delta', {
      delta: { stop_reason: stopReasons[answer.finish], stop_sequence: null },
      ...(usage && { usage: outputUsage(usage) }),
    }),
    event('closing', 'message_stop'),
  ];
}

function wholeBlock({ start, fragments }: Block): object {
  const text = fragments.join('');
  if (start.type === 'tool_use') return { ...start, input: JSON.parse(text || '{}') };
  if (start.type === 'thinking') return { ...start, thinking: text, signature: SIGNATURE };
  return { ...start, text };
}

const whole = (reply: Reply): unknown => ({
  ...envelope(reply),
  content: blocks(reply).map(wholeBlock),
  stop_reason: stopReasons[reply.answer.finish],
  stop_sequence: null,
  ...(reply.usage && { usage: { ...inputUsage(reply.usage), ...outputUsage(reply.usage) } }),
});

export const anthropic: Wire = {
  streamType: 'text/event-stream; charset=utf-8',
  refusals: anthropicRefusals,
  authorize: (headers) => (headers['x-api-key'] || headers.authorization ? undefined : missingKey),
  parse: parseAnthropic,
  replyHeaders: (sequence) => ({ 'request-id': `req_${sequence}` }),
  errorBody: anthropicErrorBody,
  frames,
  whole,
  failure: () => event('closing', 'error', { error: { type: 'overloaded_error', message: 'Overloaded' } }),
  // Without its `event` line, as when a proxy cuts and joins: the vendor's own library skips such a one.
  garbage: () => ({ part: 'structure', text: 'data: {"type":"content_block_delta","index":0,"del\n\n' }),
};
