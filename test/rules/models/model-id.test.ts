import { describe, expect, test } from 'vitest';
import { plainProvider } from '../../../src/rules/models/model-id.ts';

describe('whose model an id plainly names', () => {
  test.each([
    { given: 'gpt-4o', expected: { provider: 'openai', model: 'gpt-4o' } },
    { given: 'gpt-9-not-out-yet', expected: { provider: 'openai', model: 'gpt-9-not-out-yet' } },
    { given: 'chatgpt-4o-latest', expected: { provider: 'openai', model: 'chatgpt-4o-latest' } },
    { given: 'o3', expected: { provider: 'openai', model: 'o3' } },
    { given: 'o4-mini@x=1', expected: { provider: 'openai', model: 'o4-mini@x=1' } },
    { given: 'openai/gpt-4o', expected: { provider: 'openai', model: 'gpt-4o' } },
    { given: 'openai/org/model:free', expected: { provider: 'openai', model: 'org/model:free' } },
    { given: 'openai/demo', expected: { provider: 'openai', model: 'demo' } },
    { given: 'ft:gpt-4o:us::1', expected: { provider: 'openai', model: 'ft:gpt-4o:us::1' } },
    { given: 'claude-sonnet-9', expected: { provider: 'anthropic', model: 'claude-sonnet-9' } },
    { given: 'anthropic/claude', expected: { provider: 'anthropic', model: 'claude' } },
    { given: 'azure/our-gpt', expected: { provider: 'azure', model: 'our-gpt' } },
    { given: 'azure/gpt-4o', expected: { provider: 'azure', model: 'gpt-4o' } },
    { given: 'llama3.2:3b', expected: { provider: 'ollama', model: 'llama3.2:3b' } },
    { given: 'gpt-oss:20b', expected: { provider: 'ollama', model: 'gpt-oss:20b' } },
    { given: 'hf.co/me/model:Q4_K_M', expected: { provider: 'ollama', model: 'hf.co/me/model:Q4_K_M' } },
    { given: 'qwen3:8b@key=1', expected: { provider: 'ollama', model: 'qwen3:8b@key=1' } },
    { given: 'ollama/llama3.2', expected: { provider: 'ollama', model: 'llama3.2' } },
    { given: 'llama3.2', expected: null },
    { given: 'llama3.2:', expected: null },
    { given: ':8b', expected: null },
    { given: 'https://example.com/model', expected: null },
    { given: 'Which model: this', expected: null },
    { given: 'demo', expected: { provider: 'demo', model: 'demo' } },
    { given: 'demo@tokens=5,itl=0', expected: { provider: 'demo', model: 'demo@tokens=5,itl=0' } },
    { given: 'demo/demo@itl=0', expected: { provider: 'demo', model: 'demo@itl=0' } },
    { given: 'demonstration', expected: null },
    { given: 'openai/', expected: null },
    { given: '/gpt-4o', expected: null },
    { given: 'openai', expected: null },
    { given: 'OpenAI/gpt-4o', expected: null },
    { given: 'constructor/gpt-4o', expected: null },
    { given: 'my-gpt-4o', expected: null },
    { given: 'opus', expected: null },
    { given: '', expected: null },
  ])('given "$given", then $expected', ({ given, expected }) => {
    expect(plainProvider(given)).toEqual(expected);
  });
});
