import { calcPrice, type ModelPrice, type TieredPrices } from '@pydantic/genai-prices';
import { PROVIDERS, type ProviderId } from '../../vocabulary.ts';
import { isFree, type Prices, percentOf } from '../money/money.ts';
import type { ModelReference } from './model-id.ts';
import { PROVIDER_FACTS } from './provider-facts.ts';

/** Models of these providers are free, unless an admin set a price. */
export const FREE_PROVIDERS: readonly ProviderId[] = PROVIDERS.filter((provider) => {
  const { prices } = PROVIDER_FACTS[provider];
  return typeof prices === 'object' && isFree(prices.all);
});

/**
 * The prices of a model: set in the catalog, otherwise from the list.
 * @param ownPrices of the model's row in the catalog; null: none
 * @param isListed false: the list has the prices of another server
 */
export function pricesOf(
  ownPrices: Prices | null,
  { provider, model, isListed = true }: ModelReference & { isListed?: boolean },
  inputTokens: number,
): Prices | null {
  if (ownPrices) return withWritePrices(provider, ownPrices);
  return isListed ? listPrices(provider, model, inputTokens) : null;
}

/**
 * Anthropic's price for cache writes, in percent of the input price.
 * https://platform.claude.com/docs/en/build-with-claude/prompt-caching
 */
const WRITING = { fiveMinutes: 125n, hour: 200n };

/** Adds prices that Anthropic derives from the input price, so that admins need not set them. */
function withWritePrices(provider: ProviderId, prices: Prices): Prices {
  if (provider !== 'anthropic') return prices;
  return {
    ...prices,
    cacheWrite: prices.cacheWrite ?? percentOf(prices.input, WRITING.fiveMinutes),
    cacheWriteHour: prices.cacheWriteHour ?? percentOf(prices.input, WRITING.hour),
  };
}

/**
 * The prices of a model in the published list. What follows an `@` in an id is a version or setting of the
 * model before it, at the same price. Some models have different prices for long prompts.
 * @returns null when the list lacks the model: unknown, which does not mean free
 */
export function listPrices(provider: ProviderId, model: string, inputTokens: number): Prices | null {
  const providerId = PROVIDER_FACTS[provider].prices;
  if (typeof providerId === 'object') return providerId.all;
  const id = model.split('@')[0] ?? model;
  // One token of each kind, because only the prices that were found matter, not the float sum.
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
