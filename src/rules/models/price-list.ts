import { calcPrice, type ModelPrice, type TieredPrices } from '@pydantic/genai-prices';
import { PROVIDERS, type ProviderId } from '../../vocabulary.ts';
import { isFree, type Prices, percentOf } from '../money/money.ts';
import type { ModelReference } from './model-id.ts';

const FREE: Prices = { input: '0', cachedInput: null, output: '0' };

/** Whose prices of the list apply, or what all models of a provider cost. */
const LIST: Record<ProviderId, string | { all: Prices | null }> = {
  openai: 'openai',
  anthropic: 'anthropic',
  // By deployments that are called like their model.
  azure: 'azure',
  custom: { all: null },
  ollama: { all: FREE },
  demo: { all: FREE },
};

/** All that these serve costs nothing, unless an admin gave it a price. */
export const FREE_PROVIDERS: readonly ProviderId[] = PROVIDERS.filter((provider) => {
  const entry = LIST[provider];
  return typeof entry === 'object' && isFree(entry.all);
});

/**
 * What a model costs: what an admin said, else what the list says.
 * @param ownPrices of the model's row in the catalog; null: none.
 * @param isListed false: the list's prices are those of another server.
 */
export function pricesOf(
  ownPrices: Prices | null,
  { provider, model, isListed = true }: ModelReference & { isListed?: boolean },
  inputTokens: number,
): Prices | null {
  if (ownPrices) return withWritePrices(provider, ownPrices);
  return isListed ? listPrices(provider, model, inputTokens) : null;
}

/** Hundredths of the price of input that Anthropic takes for writing it to the cache. https://platform.claude.com/docs/en/build-with-claude/prompt-caching */
const WRITING = { fiveMinutes: 125n, hour: 200n };

/** An admin need not say what Anthropic derives from the price of input. */
function withWritePrices(provider: ProviderId, prices: Prices): Prices {
  if (provider !== 'anthropic') return prices;
  return {
    ...prices,
    cacheWrite: prices.cacheWrite ?? percentOf(prices.input, WRITING.fiveMinutes),
    cacheWriteHour: prices.cacheWriteHour ?? percentOf(prices.input, WRITING.hour),
  };
}

/**
 * What a model costs by the published price list. What follows an `@` in an id is a version or a setting of
 * that model, at its price. Long prompts have prices of their own with some models.
 * @returns null when the list does not have the model: unknown, which is not free.
 */
export function listPrices(provider: ProviderId, model: string, inputTokens: number): Prices | null {
  const providerId = LIST[provider];
  if (typeof providerId === 'object') return providerId.all;
  const id = model.split('@')[0] ?? model;
  // One token of each kind: what interests is the price that was found, not the float sum.
  const found = calcPrice({ input_tokens: 1, output_tokens: 1 }, id, { providerId });
  return found && toPrices(found.model_price, inputTokens);
}

function toPrices(price: ModelPrice, inputTokens: number): Prices | null {
  const input = atSize(price.input_mtok, inputTokens);
  const output = atSize(price.output_mtok, inputTokens);
  if (input === null || output === null) return null;
  const cacheWrite = atSize(price.cache_write_5m_mtok ?? price.cache_write_mtok, inputTokens);
  const cacheWriteHour = atSize(price.cache_write_1h_mtok, inputTokens);
  return {
    input,
    cachedInput: atSize(price.cache_read_mtok, inputTokens),
    ...(cacheWrite !== null && { cacheWrite }),
    ...(cacheWriteHour !== null && { cacheWriteHour }),
    output,
  };
}

function atSize(price: number | TieredPrices | undefined, inputTokens: number): string | null {
  if (price === undefined) return null;
  if (typeof price === 'number') return price.toFixed(6);
  const tier = price.tiers.findLast(({ start }) => inputTokens > start);
  return (tier?.price ?? price.base).toFixed(6);
}
