import { z } from 'zod';
import type { ModelCapability } from '../../vocabulary.ts';
import type { ModelTraits } from '../provider.ts';

/** Of `/api/show`; `capabilities` came with 0.6.4. https://docs.ollama.com/api-reference/show-model-details */
export const SHOWN = z.object({
  capabilities: z.array(z.string()).nullish(),
  model_info: z.record(z.string(), z.unknown()).nullish(),
  template: z.string().nullish(),
});

const CAPABILITIES = new Map<string, readonly ModelCapability[]>([
  ['completion', ['text']],
  ['thinking', ['reasoning']],
  ['vision', ['vision']],
  ['audio', ['audio']],
  ['embedding', ['embedding']],
]);

/** The traits of a model, as reported by Ollama. */
export function readTraits(shown: z.output<typeof SHOWN>): ModelTraits {
  const info = shown.model_info ?? {};
  const words = shown.capabilities ?? wordsOf(info, shown.template);
  return {
    contextWindow: windowOf(info),
    capabilities: words.flatMap((word) => CAPABILITIES.get(word) ?? []),
    callsTools: words.includes('tools') || (shown.capabilities || shown.template ? false : null),
  };
}

/** Derives the capabilities as later versions of Ollama do: from the model's parts and its template. */
function wordsOf(info: Info, template: string | null | undefined): string[] {
  const names = Object.keys(info);
  return [
    names.some((name) => name.endsWith('.pooling_type')) ? 'embedding' : 'completion',
    ...(names.some((name) => name.endsWith('.vision.block_count')) ? ['vision'] : []),
    ...(/\{\{[^}]*\.Tools\b/.test(template ?? '') ? ['tools'] : []),
  ];
}

type Info = Readonly<Record<string, unknown>>;

/**
 * `qwen3.context_length`; for a model with several parts, such as a vision model, that of its architecture.
 */
function windowOf(info: Info): number | null {
  const length = info[`${info['general.architecture']}.context_length`];
  return typeof length === 'number' && Number.isInteger(length) && length > 0 && length < 2 ** 31
    ? length
    : null;
}
