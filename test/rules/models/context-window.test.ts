import { describe, expect, test } from 'vitest';
import { bytesPerToken, inputTokensIn, windowIn } from '../../../src/rules/models/context-window.ts';

describe('the window that a refusal names', () => {
  test.each([
    ["This model's maximum context length is 8192 tokens. However, you requested 9001 tokens", 8192],
    ["This model's maximum context length is 128,000 tokens", 128_000],
    ['request (18500 tokens) exceeds the available context size (4096 tokens), try increasing it', 4096],
    ['the model is loaded with context length of only 4096 tokens', 4096],
    ['prompt is too long: 210000 tokens > 200000 maximum', 200_000],
    ['input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000', 200_000],
    ["This model's maximum prompt length is 131072 but the request contains 537812 tokens.", 131_072],
    ['The input token count (1200000) exceeds the maximum number of tokens allowed (1048575).', 1_048_575],
    ['Prompt contains 40000 tokens, too large for model with 32768 maximum context length', 32_768],
    ['Your request exceeded model token limit: 8192', 8192],
    ['`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000', 4096],
    ['exceed_context_size_error, n_prompt_tokens: 18500, n_ctx: 4096', 4096],
    ['Requested tokens (5000) exceed context window of 2048', 2048],
  ])('%s', (said, window) => {
    expect(windowIn(said)).toBe(window);
  });

  test.each([
    'the input length exceeds the context length',
    'Input is too long for requested model.',
    'litellm.ContextWindowExceededError: too much',
    "This model's maximum context length is 12 tokens",
    'gpt-4.1 says no to 5000 tokens',
  ])('none: %s', (said) => {
    expect(windowIn(said)).toBeNull();
  });
});

test.each([
  { window: 4_096, maxTokens: undefined, tokens: 3_072 },
  { window: 128_000, maxTokens: undefined, tokens: 123_904 },
  { window: 128_000, maxTokens: 1_000, tokens: 127_000 },
  { window: 8_000, maxTokens: 100_000, tokens: 6_000 },
])('a window of $window leaves $tokens for the input', ({ window, maxTokens, tokens }) => {
  expect(inputTokensIn(window, maxTokens)).toBe(tokens);
});

test.each([
  { bytes: 4_000, tokens: 1_000, expected: 4 },
  { bytes: 4_000, tokens: null, expected: 3 },
  { bytes: 4_000, tokens: 0, expected: 3 },
  { bytes: 4_000, tokens: 10, expected: 6 },
  { bytes: 4_000, tokens: 4_000, expected: 2 },
])('$bytes bytes and $tokens tokens: $expected bytes per token', ({ bytes, tokens, expected }) => {
  expect(bytesPerToken(bytes, tokens)).toBe(expected);
});
