import type { ProviderId } from '../../vocabulary.ts';
import type { Prices } from '../money/money.ts';

interface ProviderFacts {
  /** The display name. */
  name: string;
  /** The variables that configure it; null: it needs none. */
  variables: string | null;
  /**
   * Identifies the vendor's models even when they are newer than the catalog; null: they are named by their
   * operators.
   */
  modelPattern: RegExp | null;
  /** The vendor whose prices in the published list apply, or one price for all models (`all: null`: unknown). */
  prices: string | { all: Prices | null };
  /** Whether its servers make an answer conform to a JSON Schema. */
  enforcesSchema: boolean;
}

const FREE: Prices = { input: '0', cachedInput: null, output: '0' };

/** How providers differ, apart from their protocols in `src/providers`. */
export const PROVIDER_FACTS: Record<ProviderId, ProviderFacts> = {
  openai: {
    name: 'OpenAI',
    variables: 'OPENAI_API_KEY or OPENAI_BASE_URL',
    // `gpt-oss:20b` is Ollama's: only fine-tuned models contain a colon.
    modelPattern: /^(ft:|(gpt-|chatgpt-|o\d)[^:]*$)/,
    prices: 'openai',
    // Any server with the protocol may be behind it, and many silently ignore `response_format`.
    enforcesSchema: false,
  },
  anthropic: {
    name: 'Anthropic',
    variables: 'ANTHROPIC_API_KEY or ANTHROPIC_BASE_URL',
    modelPattern: /^claude-/,
    prices: 'anthropic',
    enforcesSchema: true,
  },
  azure: {
    name: 'Azure OpenAI',
    variables: 'AZURE_OPENAI_API_KEY and AZURE_OPENAI_ENDPOINT',
    modelPattern: null,
    // Applies to deployments named after their model.
    prices: 'azure',
    enforcesSchema: true,
  },
  custom: {
    name: 'Custom',
    variables: null,
    modelPattern: null,
    prices: { all: null },
    // For the same reason as `openai`.
    enforcesSchema: false,
  },
  ollama: {
    name: 'Ollama',
    variables: 'OLLAMA_HOST',
    modelPattern: /^[^\s:@]+:[\w.-]/,
    prices: { all: FREE },
    enforcesSchema: true,
  },
  demo: {
    name: 'Demo',
    variables: null,
    modelPattern: /^demo(@|$)/,
    prices: { all: FREE },
    enforcesSchema: true,
  },
};
