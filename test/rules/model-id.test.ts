import { describe, expect, test } from 'vitest';
import { plainProvider } from '../../src/rules/model-id.ts';

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
