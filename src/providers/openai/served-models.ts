import { isJsonObject, type JsonObject } from '../../rules/json/json-object.ts';
import { isStorable } from '../../rules/text/text.ts';
import type { ModelCapability } from '../../vocabulary.ts';
import type { ListedModel, ModelTraits } from '../provider.ts';

const MOST_MODELS = 1_000;
const LONGEST_ID = 200;

/** The entries of `/v1/models`; null: it is not such a list. */
export function readEntries(answer: unknown): JsonObject[] | null {
  const data = isJsonObject(answer) ? answer.data : answer;
  if (!Array.isArray(data)) return null;
  return data
    .filter((entry): entry is JsonObject => isJsonObject(entry) && isId(entry.id))
    .slice(0, MOST_MODELS);
}

function isId(id: unknown): id is string {
  return typeof id === 'string' && id.trim() !== '' && id.length <= LONGEST_ID && isStorable(id);
}

/** OpenAI's own entries, also when a gateway passes them on. LiteLLM says `openai` of all that it has. */
const OPENAI_OWNERS: readonly unknown[] = ['system', 'openai-internal', 'openai-dev'];

/** Whether a list is that of OpenAI itself. */
export function isOpenAis(entries: readonly JsonObject[]): boolean {
  return entries.some(
    ({ id, owned_by: owner }) => /^(gpt-|o\d)/.test(String(id)) && OPENAI_OWNERS.includes(owner),
  );
}

export function toListed(entry: JsonObject): ListedModel {
  const traits = traitsOf(entry);
  return { id: String(entry.id), digest: JSON.stringify(traits), traits };
}

function traitsOf(entry: JsonObject): ModelTraits {
  return {
    contextWindow: windowOf(entry),
    capabilities: capabilitiesOf(entry),
    callsTools: callsTools(entry),
  };
}

/**
 * vLLM and SGLang, LM Studio (what is loaded before what could be), OpenRouter and Together, Groq, LiteLLM; llama.cpp has
 * it in `meta`.
 */
const WINDOWS = [
  'max_model_len',
  'loaded_context_length',
  'context_length',
  'context_window',
  'max_context_length',
  'max_input_tokens',
  'n_ctx',
  'n_ctx_train',
];

function windowOf(entry: JsonObject): number | null {
  const places = [entry, entry.meta, entry.model_info].filter(isJsonObject);
  const values = places.flatMap((place) => WINDOWS.map((name) => place[name]));
  const window = values.find(
    (value) => Number.isInteger(value) && Number(value) > 0 && Number(value) < 2 ** 31,
  );
  return window === undefined ? null : Number(window);
}

/** Most servers say nothing about it, and have embedding models under such names. */
const EMBEDDING = /embed/i;

function capabilitiesOf({ id, type, capabilities }: JsonObject): ModelCapability[] {
  const isEmbedding = type === undefined ? EMBEDDING.test(String(id)) : EMBEDDING.test(String(type));
  if (isEmbedding) return ['embedding'];
  return type === 'vlm' || namesIn(capabilities).includes('vision') ? ['text', 'vision'] : ['text'];
}

/** OpenRouter's parameters, LM Studio's and Mistral's capabilities. */
function callsTools({ capabilities, supported_parameters: parameters }: JsonObject): boolean | null {
  if (Array.isArray(parameters)) return parameters.includes('tools');
  if (isJsonObject(capabilities) && 'function_calling' in capabilities)
    return capabilities.function_calling === true;
  return namesIn(capabilities).includes('tool_use') ? true : null;
}

function namesIn(capabilities: unknown): unknown[] {
  if (Array.isArray(capabilities)) return capabilities;
  return isJsonObject(capabilities)
    ? Object.keys(capabilities).filter((name) => capabilities[name] === true)
    : [];
}
