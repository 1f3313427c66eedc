import { describe, expect, test } from 'vitest';
import { readEntries, toListed } from '../../src/providers/openai/served-models.ts';

describe('the documented shapes of /v1/models', () => {
  const first = (answer: unknown) => toListed(readEntries(answer)![0]!).traits;

  test.each([
    { who: 'vLLM', entry: { id: 'm', max_model_len: 4_096 }, expected: { contextWindow: 4_096 } },
    {
      who: 'llama.cpp',
      entry: { id: 'm', meta: { n_ctx_train: 8_192 } },
      expected: { contextWindow: 8_192 },
    },
    {
      who: 'llama.cpp, loaded with less',
      entry: { id: 'm', meta: { n_ctx: 4_096, n_ctx_train: 8_192 } },
      expected: { contextWindow: 4_096 },
    },
    {
      who: 'LM Studio',
      entry: { id: 'm', type: 'vlm', max_context_length: 32_768, loaded_context_length: 4_096 },
      expected: { contextWindow: 4_096, capabilities: ['text', 'vision'] },
    },
    {
      who: 'LM Studio, tools',
      entry: { id: 'm', type: 'llm', capabilities: ['tool_use'] },
      expected: { callsTools: true },
    },
    {
      who: 'LM Studio, embeddings',
      entry: { id: 'text-embedding-nomic' },
      expected: { capabilities: ['embedding'] },
    },
    {
      who: 'LiteLLM',
      entry: { id: 'm', owned_by: 'openai' },
      expected: { contextWindow: null, callsTools: null },
    },
    {
      who: 'OpenRouter',
      entry: { id: 'm', context_length: 163_840, supported_parameters: ['temperature'] },
      expected: { contextWindow: 163_840, callsTools: false },
    },
    { who: 'Groq', entry: { id: 'm', context_window: 131_072 }, expected: { contextWindow: 131_072 } },
    {
      who: 'Mistral',
      entry: { id: 'm', max_context_length: 32_768, capabilities: { function_calling: true, vision: true } },
      expected: { contextWindow: 32_768, callsTools: true, capabilities: ['text', 'vision'] },
    },
    { who: 'nonsense', entry: { id: 'm', max_model_len: -1 }, expected: { contextWindow: null } },
  ])('$who', ({ entry, expected }) => {
    expect(first({ object: 'list', data: [entry] })).toMatchObject(expected);
    // Together's has no object around it.
    expect(first([entry])).toMatchObject(expected);
  });

  test('entries without a usable id are left out, and what is not a list is none', () => {
    const data = [{ id: 7 }, null, 'x', { id: '' }, { id: 'a\0' }, { id: 'x'.repeat(201) }, { id: 'ok' }];
    expect(readEntries({ data })).toEqual([{ id: 'ok' }]);
    for (const answer of [null, 'x', {}, { data: {} }, { error: 'no' }])
      expect(readEntries(answer)).toBeNull();
  });
});
