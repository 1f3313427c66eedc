import { missingKey, openaiErrorBody, openaiRefusals } from './openai-errors.ts';
import { parseOpenai } from './openai-request.ts';
import type { Frame, Reply, Usage, Wire } from './wire.ts';

// https://platform.openai.com/docs/api-reference/chat and …/chat-streaming
const event = (part: Frame['part'], data: unknown): Frame => ({
  part,
  text: `data: ${JSON.stringify(data)}\n\n`,
});

const usageBody = ({ prompt, cached, written, completion, reasoning }: Usage): unknown => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  total_tokens: prompt + completion,
  prompt_tokens_details: { cached_tokens: cached, cache_write_tokens: written, audio_tokens: 0 },
  completion_tokens_details: {
    reasoning_tokens: reasoning,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
});

const envelope = (object: string, { sequence, created, call }: Reply): object => ({
  id: `chatcmpl-${sequence}`,
  object,
  created,
  model: call.model,
  service_tier: 'default',
  system_fingerprint: 'fp_vendor',
});

const toolCallId = ({ sequence }: Reply, index: number): string => `call_${sequence}_${index}`;

function toolDeltas(reply: Reply): unknown[] {
  return reply.answer.toolCalls.flatMap(({ name, fragments }, index) => [
    {
      tool_calls: [
        { index, id: toolCallId(reply, index), type: 'function', function: { name, arguments: '' } },
      ],
    },
    ...fragments.map((fragment) => ({ tool_calls: [{ index, function: { arguments: fragment } }] })),
  ]);
}

function frames(reply: Reply): Frame[] {
  const { answer, call, usage } = reply;
  // While usage is coming, every chunk before it says null.
  const shared = { ...envelope('chat.completion.chunk', reply), ...(call.streamUsage && { usage: null }) };
  const chunk = (part: Frame['part'], delta: unknown, finish: string | null = null): Frame =>
    event(part, { ...shared, choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }] });
  const opening = { role: 'assistant', content: answer.toolCalls.length > 0 ? null : '', refusal: null };
  return [
    chunk('structure', opening),
    ...answer.reasoning.map((text) => chunk('thought', { reasoning_content: text })),
    ...answer.text.map((content) => chunk('answer', { content })),
    ...toolDeltas(reply).map((delta) => chunk('answer', delta)),
    chunk('closing', {}, answer.finish),
    ...(usage && call.streamUsage
      ? [event('closing', { ...shared, choices: [], usage: usageBody(usage) })]
      : []),
    { part: 'closing', text: 'data: [DONE]\n\n' },
  ];
}

function message(reply: Reply): unknown {
  const { reasoning, text, toolCalls } = reply.answer;
  const calls = toolCalls.map(({ name, fragments }, index) => ({
    id: toolCallId(reply, index),
    type: 'function',
    function: { name, arguments: fragments.join('') },
  }));
  return {
    role: 'assistant',
    content: text.length === 0 && calls.length > 0 ? null : text.join(''),
    refusal: null,
    annotations: [],
    ...(reasoning.length > 0 && { reasoning_content: reasoning.join('') }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

const whole = (reply: Reply): unknown => ({
  ...envelope('chat.completion', reply),
  choices: [{ index: 0, message: message(reply), logprobs: null, finish_reason: reply.answer.finish }],
  ...(reply.usage && { usage: usageBody(reply.usage) }),
});

export const openai: Wire = {
  streamType: 'text/event-stream; charset=utf-8',
  refusals: openaiRefusals,
  authorize: ({ authorization }) => (/^Bearer \S/.test(authorization ?? '') ? undefined : missingKey),
  parse: parseOpenai,
  replyHeaders: (sequence) => ({ 'x-request-id': `req_${sequence}` }),
  errorBody: openaiErrorBody,
  frames,
  whole,
  failure: ({ call }) => event('closing', openaiErrorBody(openaiRefusals['500'](call))),
  garbage: ({ sequence }) => ({
    part: 'structure',
    text: `data: {"id":"chatcmpl-${sequence}","choices":[{"del\n\n`,
  }),
};

const models = ['gpt-4o', 'gpt-4o-mini', 'gpt-4.1', 'o3'];

/** The body of GET /v1/models. */
export const modelList = (): unknown => ({
  object: 'list',
  data: models.map((id) => ({ id, object: 'model', created: 1_715_367_049, owned_by: 'system' })),
});
