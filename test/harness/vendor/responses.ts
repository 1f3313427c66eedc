import { openai } from './openai.ts';
import { callId, encrypt } from './responses-items.ts';
import { parseResponses } from './responses-request.ts';
import type { Frame, Reply, Usage, Wire } from './wire.ts';

type Part = Frame['part'];
type Event = readonly [part: Part, type: string, data: object];

const usageBody = ({ prompt, cached, written, completion, reasoning }: Usage): object => ({
  input_tokens: prompt,
  input_tokens_details: { cached_tokens: cached, cache_write_tokens: written },
  output_tokens: completion,
  output_tokens_details: { reasoning_tokens: reasoning },
  total_tokens: prompt + completion,
});

const isCut = ({ answer }: Reply): boolean => answer.finish === 'length';

function response(reply: Reply, status: string, output: readonly object[]): object {
  const { sequence, created, call, usage } = reply;
  const hasEnded = status !== 'in_progress';
  return {
    id: `resp_${sequence}`,
    object: 'response',
    created_at: created,
    status,
    error: null,
    incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
    model: call.model,
    output,
    parallel_tool_calls: true,
    store: false,
    tool_choice: 'auto',
    usage: hasEnded && usage ? usageBody(usage) : null,
    metadata: {},
  };
}

/** An item's first form, the events between, and its last form. */
interface Item {
  begun: object;
  events: readonly Event[];
  done: object;
}

function reasoningItem({ sequence, call, answer }: Reply, index: number): Item[] {
  if (!call.reasoning) return [];
  const { isSummarised, isEncrypted } = call.reasoning;
  const id = `rs_${sequence}`;
  const text = answer.reasoning.join('');
  const head = { id, type: 'reasoning' };
  const at = { item_id: id, output_index: index, summary_index: 0 };
  const thoughts = answer.reasoning.map(
    (delta): Event =>
      isSummarised
        ? ['thought', 'response.reasoning_summary_text.delta', { ...at, delta }]
        : // Without a summary nothing is shown of it; after a while there is a sign of life.
          ['thought', 'keepalive', {}],
  );
  const part = { type: 'summary_text', text };
  return [
    {
      begun: { ...head, summary: [], encrypted_content: isEncrypted ? 'gAAAAA' : null },
      events:
        isSummarised && text !== ''
          ? [
              ['structure', 'response.reasoning_summary_part.added', { ...at, part: { ...part, text: '' } }],
              ...thoughts,
              ['structure', 'response.reasoning_summary_text.done', { ...at, text }],
              ['structure', 'response.reasoning_summary_part.done', { ...at, part }],
            ]
          : thoughts,
      done: {
        ...head,
        summary: isSummarised && text !== '' ? [part] : [],
        encrypted_content: isEncrypted ? encrypt(call.model, sequence) : null,
      },
    },
  ];
}

function messageItem(reply: Reply, index: number): Item[] {
  const { sequence, answer } = reply;
  if (answer.text.length === 0) return [];
  const id = `msg_${sequence}`;
  const text = answer.text.join('');
  const part = { type: 'output_text', text, annotations: [], logprobs: [] };
  const head = { id, type: 'message', role: 'assistant', ...phaseOf(reply) };
  const at = { item_id: id, output_index: index, content_index: 0 };
  return [
    {
      begun: { ...head, status: 'in_progress', content: [] },
      events: [
        ['structure', 'response.content_part.added', { ...at, part: { ...part, text: '' } }],
        ...answer.text.map(
          (delta): Event => ['answer', 'response.output_text.delta', { ...at, delta, logprobs: [] }],
        ),
        ['structure', 'response.output_text.done', { ...at, text, logprobs: [] }],
        ['structure', 'response.content_part.done', { ...at, part }],
      ],
      done: { ...head, status: isCut(reply) ? 'incomplete' : 'completed', content: [part] },
    },
  ];
}

const phaseOf = ({ answer }: Reply): object => ({
  phase: answer.toolCalls.length > 0 ? 'commentary' : 'final_answer',
});

function callItems(reply: Reply, from: number): Item[] {
  return reply.answer.toolCalls.map(({ name, fragments }, index) => {
    const id = `fc_${reply.sequence}_${index}`;
    const json = fragments.join('');
    const head = { id, type: 'function_call', call_id: callId(reply.sequence, index), name };
    const at = { item_id: id, output_index: from + index };
    return {
      begun: { ...head, status: 'in_progress', arguments: '' },
      events: [
        ...fragments.map(
          (delta): Event => ['answer', 'response.function_call_arguments.delta', { ...at, delta }],
        ),
        ['structure', 'response.function_call_arguments.done', { ...at, name, arguments: json }],
      ],
      done: { ...head, status: 'completed', arguments: json },
    };
  });
}

function itemsOf(reply: Reply): Item[] {
  const reasoning = reasoningItem(reply, 0);
  const message = messageItem(reply, reasoning.length);
  return [...reasoning, ...message, ...callItems(reply, reasoning.length + message.length)];
}

const frame = ([part, type, data]: Event, sequence_number: number): Frame => ({
  part,
  text: `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number, ...data })}\n\n`,
});

const endOf = (reply: Reply): string => (isCut(reply) ? 'incomplete' : 'completed');

const whole = (reply: Reply): object =>
  response(
    reply,
    endOf(reply),
    itemsOf(reply).map(({ done }) => done),
  );

function frames(reply: Reply): Frame[] {
  const begun = { response: response(reply, 'in_progress', []) };
  const events: Event[] = [
    ['structure', 'response.created', begun],
    ['structure', 'response.in_progress', begun],
    ...itemsOf(reply).flatMap((item, output_index): Event[] => [
      ['structure', 'response.output_item.added', { output_index, item: item.begun }],
      ...item.events,
      ['structure', 'response.output_item.done', { output_index, item: item.done }],
    ]),
    ['closing', `response.${endOf(reply)}`, { response: whole(reply) }],
  ];
  return events.map(frame);
}

/** OpenAI's Responses API, stateless. https://developers.openai.com/api/reference/resources/responses/streaming-events */
export const responses: Wire = {
  ...openai,
  parse: parseResponses,
  frames,
  whole,
  failure: ({ call }) => {
    const { message } = openai.refusals['500'](call);
    return frame(['closing', 'error', { code: 'server_error', message, param: null }], 9);
  },
  garbage: () => ({
    part: 'structure',
    text: 'event: response.output_text.delta\ndata: {"type":"response.out\n\n',
  }),
};
