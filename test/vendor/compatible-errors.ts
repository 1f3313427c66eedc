import type { ProviderErrorCode } from '../../src/rules/provider-failure.ts';

/** How a server says that something is wrong, as an HTTP error or within a 200. */
export interface CompatibleError {
  who: string;
  status: number;
  body: unknown;
  code: ProviderErrorCode;
  /** What of its words the message must hold. */
  says: RegExp;
}

const error = (message: string, more: object = {}) => ({
  error: { message, type: 'invalid_request_error', ...more },
});

const TOO_LONG: readonly Omit<CompatibleError, 'code' | 'says'>[] = [
  {
    who: 'OpenAI',
    status: 400,
    body: error(
      "This model's maximum context length is 128000 tokens. However, your messages resulted in 150000 tokens.",
    ),
  },
  {
    who: 'OpenAI, Responses',
    status: 400,
    body: error(
      'Your input exceeds the context window of this model. Please adjust your input and try again.',
    ),
  },
  {
    who: 'OpenAI, GPT-5',
    status: 400,
    body: error('Input tokens exceed the configured limit of 272000 tokens.'),
  },
  {
    who: 'vLLM',
    status: 400,
    body: {
      object: 'error',
      message: 'the context length is 4096 tokens',
      type: 'BadRequestError',
      code: 400,
    },
  },
  {
    who: 'vLLM, before',
    status: 400,
    body: {
      object: 'error',
      message: 'The decoder prompt (length 5000) is longer than the maximum model length of 4096.',
      code: 400,
    },
  },
  {
    who: 'SGLang',
    status: 400,
    body: {
      object: 'error',
      message: "Requested token count exceeds the model's maximum context length of 4096 tokens.",
      code: 400,
    },
  },
  {
    who: 'llama.cpp',
    status: 400,
    body: {
      error: {
        code: 400,
        message: 'the request exceeds the available context size',
        type: 'exceed_context_size_error',
      },
    },
  },
  {
    who: 'LM Studio',
    status: 400,
    body: {
      error:
        'Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens',
    },
  },
  {
    who: 'LiteLLM',
    status: 400,
    body: { error: { message: 'litellm.ContextWindowExceededError: too much', type: null, code: '400' } },
  },
  {
    who: 'Gemini',
    status: 400,
    body: [
      {
        error: {
          code: 400,
          message: 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048575).',
          status: 'INVALID_ARGUMENT',
        },
      },
    ],
  },
  {
    who: 'Mistral',
    status: 400,
    body: {
      object: 'error',
      message: {
        detail: [
          { msg: 'Prompt contains 40000 tokens, too large for model with 32768 maximum context length' },
        ],
      },
    },
  },
  {
    who: 'xAI',
    status: 400,
    body: {
      code: 'Client specified an invalid argument',
      error: "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
    },
  },
  {
    who: 'Moonshot',
    status: 400,
    body: error('Invalid request: Your request exceeded model token limit: 8192'),
  },
  { who: 'Groq', status: 400, body: error('Please reduce the length of the messages or completion.') },
  {
    who: 'TGI',
    status: 422,
    body: {
      error: 'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000',
      error_type: 'validation',
    },
  },
  {
    who: 'OpenRouter',
    status: 400,
    body: {
      error: {
        message: 'Provider returned error',
        code: 400,
        metadata: { raw: '{"error":{"message":"prompt is too long: 210000 tokens > 200000 maximum"}}' },
      },
    },
  },
  { who: 'Ollama', status: 400, body: { error: 'the input length exceeds the context length' } },
  { who: 'Bedrock', status: 400, body: { message: 'Input is too long for requested model.' } },
];

export const COMPATIBLE_ERRORS: readonly CompatibleError[] = [
  ...TOO_LONG.map(
    (row): CompatibleError => ({ ...row, code: 'CONTEXT_TOO_LONG', says: /token|input|context|length/i }),
  ),
  {
    who: 'LiteLLM',
    status: 400,
    body: { error: { message: 'Invalid model name passed in model=gpt-9', code: '400' } },
    code: 'MODEL_NOT_FOUND',
    says: /gpt-9/,
  },
  {
    who: 'OpenRouter',
    status: 400,
    body: { error: { message: 'gpt-9 is not a valid model ID', code: 400 } },
    code: 'MODEL_NOT_FOUND',
    says: /gpt-9/,
  },
  {
    who: 'DeepSeek',
    status: 402,
    body: error('Insufficient Balance', { code: 'invalid_request_error' }),
    code: 'PROVIDER_AUTH',
    says: /Insufficient Balance/,
  },
  {
    who: 'FastAPI',
    status: 422,
    body: { detail: [{ loc: ['body', 'tools'], msg: 'field required', type: 'value_error' }] },
    code: 'PROVIDER_BAD_REQUEST',
    says: /tools: field required/,
  },
  {
    who: 'Cloudflare',
    status: 400,
    body: { success: false, errors: [{ code: 5006, message: 'must have required property' }] },
    code: 'PROVIDER_BAD_REQUEST',
    says: /must have required/,
  },
  {
    who: 'vLLM',
    status: 400,
    body: {
      object: 'error',
      message: 'max_tokens is too large: 100000. This model supports at most 16384 completion tokens.',
      code: 400,
    },
    code: 'PROVIDER_BAD_REQUEST',
    says: /at most 16384/,
  },
];

/** Errors within a 200, in the place of an answer. */
export const ERRORS_IN_PLACE: readonly CompatibleError[] = [
  {
    who: 'OpenRouter',
    status: 403,
    body: { error: { message: 'not in your region', code: 403 } },
    code: 'PROVIDER_AUTH',
    says: /region/,
  },
  {
    who: 'vLLM',
    status: 400,
    body: { object: 'error', message: 'the context length is 4096 tokens', code: 400 },
    code: 'CONTEXT_TOO_LONG',
    says: /4096/,
  },
  {
    who: 'Gemini',
    status: 429,
    body: [{ error: { code: 429, message: 'quota metric exhausted', status: 'RESOURCE_EXHAUSTED' } }],
    code: 'PROVIDER_RATE_LIMITED',
    says: /exhausted/,
  },
  {
    who: 'LiteLLM',
    status: 500,
    body: { error: 'upstream gave up', code: 500 },
    code: 'PROVIDER_UNAVAILABLE',
    says: /gave up/,
  },
  {
    who: 'Together',
    status: 503,
    body: { choices: [{ delta: {}, error: { message: 'engine died', code: 503 } }] },
    code: 'PROVIDER_UNAVAILABLE',
    says: /engine died/,
  },
  {
    who: 'SGLang',
    status: 0,
    body: { object: 'error', message: 'out of memory', type: 'server_error' },
    code: 'PROVIDER_UNAVAILABLE',
    says: /out of memory/,
  },
  {
    who: 'FastAPI',
    status: 0,
    body: { detail: 'Not Found' },
    code: 'PROVIDER_STREAM_BROKEN',
    says: /Not Found/,
  },
];
