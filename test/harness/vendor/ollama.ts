import { countTokens } from './answer.ts';
import { invalidRequest, type Problem } from './faults.ts';
import { type Json, readMessages, readModel, textsOf } from './messages.ts';
import { refusalsOf } from './problem.ts';
import { isObject } from './requests.ts';
import type { Call, Frame, Reply, Wire } from './wire.ts';

// https://docs.ollama.com/api/chat
const line = (part: Frame['part'], data: unknown): Frame => ({ part, text: `${JSON.stringify(data)}\n` });

const TYPE = 'api_error';
const usageLimit = 'you have reached your hourly usage limit, please upgrade to continue';

const refusals = refusalsOf({
  '401': () => ({ type: TYPE, message: 'unauthorized' }),
  '404': ({ model }) => ({ type: TYPE, message: `model '${model}' not found` }),
  '429': () => ({ type: TYPE, message: usageLimit }),
  '500': () => ({ type: TYPE, message: 'model runner has unexpectedly stopped' }),
  '503': () => ({ type: TYPE, message: 'server busy, please try again. maximum pending requests exceeded' }),
  '529': () => ({ type: TYPE, message: 'overloaded' }),
  quota: () => ({ type: TYPE, message: usageLimit }),
  context: ({ promptText }) => ({
    type: TYPE,
    message: `request (${countTokens(promptText)} tokens) exceeds the available context size (4096 tokens), try increasing it`,
  }),
});

function readLimit({ options }: Json): number {
  const limit = isObject(options) ? options.num_predict : undefined;
  return typeof limit === 'number' && limit >= 0 ? limit : Number.POSITIVE_INFINITY;
}

function parse(body: Json): Call {
  const messages = readMessages(body);
  const isCall = (call: unknown): boolean =>
    isObject(call) && isObject(call.function) && isObject(call.function.arguments);
  if (!messages.every(({ tool_calls }) => !Array.isArray(tool_calls) || tool_calls.every(isCall))) {
    throw invalidRequest('json: cannot unmarshal string into Go struct field of tool call arguments');
  }
  return {
    model: readModel(body),
    stream: body.stream !== false,
    streamUsage: true,
    limit: readLimit(body),
    ...textsOf(messages),
  };
}

/** Unlike the others it sends arguments as an object, and a call in one piece. */
const toolCalls = ({ answer, sequence }: Reply): unknown[] =>
  answer.toolCalls.map(({ name, fragments }, index) => ({
    id: `call_${sequence}_${index}`,
    function: { index, name, arguments: JSON.parse(fragments.join('')) },
  }));

const DURATIONS = {
  total_duration: 2_500_000_000,
  load_duration: 1_000_000_000,
  prompt_eval_duration: 250_000_000,
  eval_duration: 1_250_000_000,
};

const envelope = ({ created, call }: Reply): object => ({
  model: call.model,
  created_at: new Date(created * 1000).toISOString(),
});

/** What it calls `stop` is also the end of an answer that calls tools. */
const ending = ({ answer, usage }: Reply): object => ({
  done: true,
  done_reason: answer.finish === 'length' ? 'length' : 'stop',
  ...DURATIONS,
  ...(usage && { prompt_eval_count: usage.prompt, eval_count: usage.completion }),
});

function frames(reply: Reply): Frame[] {
  const { reasoning, text } = reply.answer;
  const chunk = (part: Frame['part'], message: object): Frame =>
    line(part, { ...envelope(reply), message: { role: 'assistant', content: '', ...message }, done: false });
  return [
    ...reasoning.map((thinking) => chunk('thought', { thinking })),
    ...text.map((content) => chunk('answer', { content })),
    ...toolCalls(reply).map((call) => chunk('answer', { tool_calls: [call] })),
    line('closing', { ...envelope(reply), message: { role: 'assistant', content: '' }, ...ending(reply) }),
  ];
}

function whole(reply: Reply): unknown {
  const { reasoning, text } = reply.answer;
  const message = {
    role: 'assistant',
    content: text.join(''),
    ...(reasoning.length > 0 && { thinking: reasoning.join('') }),
    ...(reply.answer.toolCalls.length > 0 && { tool_calls: toolCalls(reply) }),
  };
  return { ...envelope(reply), message, ...ending(reply) };
}

export const ollama: Wire = {
  streamType: 'application/x-ndjson',
  refusals,
  authorize: () => undefined,
  parse,
  replyHeaders: () => ({}),
  errorBody: ({ message }: Problem) => ({ error: message }),
  frames,
  whole,
  failure: () =>
    line('closing', { error: 'an error was encountered while running the model: unexpected EOF' }),
  garbage: ({ call }) => ({ part: 'structure', text: `{"model":"${call.model}","message":{"role":"assis\n` }),
};

/** Two layers, one after the other; each word of the answer is a piece of them. */
function pullFrames({ answer }: Reply): Frame[] {
  const pieces = answer.text.length;
  const layer = (digest: string, total: number): Frame[] =>
    Array.from({ length: pieces }, (_, index) =>
      line('answer', {
        status: `pulling ${digest}`,
        digest: `sha256:${digest}`,
        total,
        completed: Math.round((total * (index + 1)) / pieces),
      }),
    );
  return [
    line('structure', { status: 'pulling manifest' }),
    ...layer('aabbcc', 2_000_000_000),
    ...layer('ddeeff', 500),
    line('closing', { status: 'verifying sha256 digest' }),
    line('closing', { status: 'writing manifest' }),
    line('closing', { status: 'success' }),
  ];
}

/** https://docs.ollama.com/api/pull: a model that its library lacks is a line within an answer with status 200. */
export const ollamaPull: Wire = {
  ...ollama,
  parse: (body) => ({
    model: readModel(body),
    stream: body.stream !== false,
    streamUsage: false,
    limit: Number.POSITIVE_INFINITY,
    promptText: '',
    lastUserText: '',
  }),
  frames: (reply) =>
    reply.call.model.startsWith('missing')
      ? [line('closing', { error: 'pull model manifest: file does not exist' })]
      : pullFrames(reply),
  failure: () => line('closing', { error: 'max retries exceeded: unexpected EOF' }),
};

/** A model that it has. */
export interface OllamaModel {
  readonly digest: string;
  readonly architecture: string;
  readonly window: number;
  /** null: a version before 0.6.4, which reports none. */
  readonly capabilities: readonly string[] | null;
  readonly template?: string;
  /** Of its other parts. */
  readonly info?: Readonly<Record<string, number | string>>;
}

const USUAL: OllamaModel = {
  digest: 'a80c4f17acd55265feec403c7aef86be0c25983ab279d83f3bcd3abbcb5b8b72',
  architecture: 'llama',
  window: 131_072,
  capabilities: ['completion', 'tools'],
};

/** By name. */
export const ollamaModels = (): Map<string, OllamaModel> =>
  new Map([
    ['llama3.2:latest', USUAL],
    [
      'qwen3:8b',
      {
        digest: '500a1f067a9f782620b40bee6f7b0c89e17ae61f686b92c24933e4ca4b2b8b41',
        architecture: 'qwen3',
        window: 40_960,
        capabilities: ['completion', 'tools', 'thinking'],
      },
    ],
  ]);

type Has = ReadonlyMap<string, OllamaModel>;

/** The body of GET /api/tags. */
export const tagList = (has: Has, pulled: ReadonlySet<string>): unknown => ({
  models: [...has.keys(), ...pulled].map((name) => ({
    name,
    model: name,
    digest: has.get(name)?.digest ?? `digest of ${name}`,
    size: 2_019_393_189,
  })),
});

/** The body of POST /api/show. https://docs.ollama.com/api-reference/show-model-details */
export const shown = (has: Has, name: string): unknown => {
  const { architecture, window, capabilities, template, info } = has.get(name) ?? USUAL;
  return {
    modelfile: `FROM ${name}`,
    parameters: 'num_ctx 4096',
    template: template ?? '{{ .System }}{{ if .Tools }}{{ .Tools }}{{ end }}{{ .Prompt }}',
    details: {
      parent_model: '',
      format: 'gguf',
      family: architecture,
      families: [architecture],
      parameter_size: '8.2B',
      quantization_level: 'Q4_K_M',
    },
    model_info: {
      'general.architecture': architecture,
      'general.parameter_count': 8_190_735_360,
      [`${architecture}.block_count`]: 36,
      [`${architecture}.context_length`]: window,
      [`${architecture}.embedding_length`]: 4096,
      ...info,
      'tokenizer.ggml.tokens': null,
    },
    ...(capabilities && { capabilities }),
    modified_at: '2025-08-14T15:49:43.634137516-07:00',
  };
};

/** The body of GET /api/ps: what is loaded, of which only one entry is the model that was asked. */
export const runningList = (): unknown => ({
  models: [
    { name: 'qwen3:8b', model: 'qwen3:8b', size: 6_654_289_920, size_vram: 6_654_289_920 },
    { name: 'llama3.2:latest', model: 'llama3.2:latest', size: 3_421_000_000, size_vram: 0 },
  ],
});
