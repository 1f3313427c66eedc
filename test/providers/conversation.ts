import type { ModelMessage, ModelRequest, ToolDefinition } from '../../src/providers/provider.ts';
import type { JsonObject } from '../../src/rules/json/json-object.ts';

export const CANARY = 'canary-key-1234567890';

export const never = (): AbortSignal => new AbortController().signal;

export const WEATHER: ToolDefinition = {
  name: 'weather',
  description: 'The weather of a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

export const ANSWER_SCHEMA: JsonObject = {
  type: 'object',
  properties: { score: { type: 'integer', minimum: 1 } },
  required: ['score'],
  additionalProperties: false,
};

/** Two calls in one turn, their results, and a question. */
export const CONVERSATION: readonly ModelMessage[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'How is it in Zürich and Rome?' },
  {
    role: 'assistant',
    content: '',
    toolCalls: [
      { id: 'call_a', name: 'weather', arguments: '{"city":"Zürich"}' },
      { id: 'call_b', name: 'weather', arguments: '{"city":' },
    ],
  },
  { role: 'tool', toolCallId: 'call_a', toolName: 'weather', content: 'rain' },
  { role: 'tool', toolCallId: 'call_b', toolName: 'weather', content: 'error: arguments are no JSON' },
];

export const REQUEST: ModelRequest = { model: 'm', messages: [{ role: 'user', content: 'Hello' }] };

/** What no column of the log can hold. */
export const ABSURD_COUNTS: readonly unknown[] = [3e9, 2 ** 31, -1, 4.5, '7', null, [], Infinity];
