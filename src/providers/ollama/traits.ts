import { z } from 'zod';
import type { ModelCapability } from '../../vocabulary.ts';
import type { ModelTraits } from '../provider.ts';

/** Of `/api/show`; `capabilities` came with 0.6.4. https://docs.ollama.com/api-reference/show-model-details */
export const SHOWN = z.object({
  capabilities: z.array(z.string()).nullish(),
  model_info: z.record(z.string(), z.unknown()).nullish(),
});

const CAPABILITIES = new Map<string, readonly ModelCapability[]>([
  ['completion', ['text']],
  ['thinking', ['reasoning']],
  ['vision', ['vision']],
  ['audio', ['audio']],
  ['embedding', ['embedding']],
]);

/** The traits of a model, as reported by Ollama. */
export function readTraits({ capabilities, model_info: info }: z.output<typeof SHOWN>): ModelTraits {
  return {
    contextWindow: windowOf(info ?? {}),
    capabilities: capabilities ? capabilities.flatMap((word) => CAPABILITIES.get(word) ?? []) : ['text'],
    callsTools: capabilities ? capabilities.includes('tools') : null,
  };
}

/**
 * `qwen3.context_length`; for a model with several parts, such as a vision model, that of its architecture.
 */
function windowOf(info: Readonly<Record<string, unknown>>): number | null {
  const length = info[`${info['general.architecture']}.context_length`];
  return typeof length === 'number' && Number.isInteger(length) && length > 0 && length < 2 ** 31
    ? length
    : null;
}
