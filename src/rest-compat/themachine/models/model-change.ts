import type { z } from 'zod';
import { DomainError } from '../../../errors.ts';
import { flag, integer, jsonBody, list, number, oneOf, text, withoutAbsent } from '../../shapes/input.ts';
import { upperCase } from '../../shapes/output.ts';
import { CAPABILITY_WORDS, costPerToken, type Model, pricesOf } from './model-shape.ts';
import { PROVIDER_WORD, PROVIDER_WORDS } from './provider-words.ts';

const changeable = {
  name: text().nullish(),
  aliases: list(text()).nullish(),
  version: text().nullish(),
  capabilities: list(oneOf(CAPABILITY_WORDS)).nullish(),
  specialties: list(text()).nullish(),
  context_window: integer().nullish(),
  max_output: integer().nullish(),
  cost_per_token: number().nullish(),
  prices: jsonBody({ input: number(), cached_input: number().nullish(), output: number() }).nullish(),
  supports_vision: flag().nullish(),
  supports_function_calling: flag().nullish(),
  is_active: flag().nullish(),
  base_url: text().nullish(),
  api_key: text().nullish(),
};

export const newModel = jsonBody({ id: text(), provider: oneOf(PROVIDER_WORDS), ...changeable });

export const modelChange = jsonBody({
  id: text().nullish(),
  provider: oneOf(PROVIDER_WORDS).nullish(),
  ...changeable,
});

type Given = Pick<z.output<typeof modelChange>, keyof typeof changeable>;

/** The fields to write; absent ones stay unchanged. @param present null: there is no such model yet */
export function settingsOf(given: Given, present: Pick<Model, 'prices'> | null) {
  return withoutAbsent({
    name: given.name,
    aliases: given.aliases,
    version: given.version,
    capabilities: given.capabilities?.map(upperCase),
    specialties: given.specialties,
    contextWindow: given.context_window,
    maxOutput: given.max_output,
    prices: newPrices(given, present),
    supportsVision: given.supports_vision,
    supportsFunctionCalling: given.supports_function_calling,
    isActive: given.is_active,
    baseUrl: given.base_url,
    apiKey: given.api_key,
  });
}

const TOKENS = 1_000_000;

/**
 * Clients send back whole models, and prices of the price list may change, so unchanged prices are not
 * written. For a model without other prices, the output price equals the input price.
 */
function newPrices({ prices, cost_per_token: perToken }: Given, present: Pick<Model, 'prices'> | null) {
  const isSame = JSON.stringify(ordered(prices)) === JSON.stringify(present && pricesOf(present));
  if (prices !== undefined && !isSame) {
    return prices && { input: prices.input, cachedInput: prices.cached_input ?? null, output: prices.output };
  }
  if (perToken === null || perToken === undefined) return undefined;
  if (present && perToken === costPerToken(present)) return undefined;
  // Rounds off float errors.
  const input = Number((perToken * TOKENS).toPrecision(12));
  return { input, output: present?.prices?.output ?? input };
}

function ordered(prices: Given['prices']) {
  return prices && { input: prices.input, cached_input: prices.cached_input ?? null, output: prices.output };
}

/**
 * The id and the provider of a model cannot be changed. @param asked the id in the path @throws DomainError
 */
export function refuseAnother(given: z.output<typeof modelChange>, present: Model, asked: string): void {
  const { id, provider } = given;
  const word = PROVIDER_WORD[present.provider];
  if (id && ![present.modelId, asked].includes(id)) throw unchangeable('id', asked);
  if (provider && provider !== word) throw unchangeable('provider', word);
}

function unchangeable(field: string, present: string): DomainError {
  const message = `${field}: cannot be changed; it is ${present}`;
  return new DomainError('VALIDATION_ERROR', message, { field, allowed: [present] });
}
