import type { ResultOf } from 'gql.tada';
import { z } from 'zod';
import { graphql } from '../../handling/documents.ts';
import { isoSeconds, lowerCase } from '../../shapes/output.ts';
import { PROVIDER_WORD, PROVIDER_WORDS } from './provider-words.ts';

export const MODEL = graphql(`fragment Model on Model {
  id modelId name aliases provider version capabilities specialties contextWindow maxOutput
  prices { input cachedInput output } supportsVision supportsFunctionCalling isActive isBuiltIn createdAt updatedAt
}`);

export type Model = ResultOf<typeof MODEL>;

/** The documentation does not have the others. */
export const CAPABILITY_WORDS = ['text', 'code', 'reasoning', 'planning', 'vision', 'audio'] as const;

export function documentedCapabilities({ capabilities }: Pick<Model, 'capabilities'>) {
  return capabilities.map(lowerCase).filter((word) => word !== 'embedding');
}

const prices = z.object({ input: z.number(), cached_input: z.number().nullable(), output: z.number() });

export const modelShape = z.object({
  id: z.string(),
  name: z.string(),
  aliases: z.array(z.string()),
  provider: z.enum(PROVIDER_WORDS),
  version: z.string().nullable(),
  capabilities: z.array(z.enum(CAPABILITY_WORDS)),
  specialties: z.array(z.string()),
  context_window: z.int().nullable(),
  max_output: z.int().nullable(),
  /** US dollars per input token; null: unknown. */
  cost_per_token: z.number().nullable(),
  /** US dollars per million tokens. */
  prices: prices.nullable(),
  supports_vision: z.boolean(),
  supports_function_calling: z.boolean(),
  is_active: z.boolean(),
  created_at: z.string(),
  updated_at: z.string(),
});

/** @param id by which clients may refer to it, see model-names.ts */
export function showModel(model: Model, id: string): z.input<typeof modelShape> {
  return {
    id,
    name: model.name,
    aliases: model.aliases,
    provider: PROVIDER_WORD[model.provider],
    version: model.version,
    capabilities: documentedCapabilities(model),
    specialties: model.specialties,
    context_window: model.contextWindow,
    max_output: model.maxOutput,
    cost_per_token: costPerToken(model),
    prices: pricesOf(model),
    supports_vision: model.supportsVision,
    supports_function_calling: model.supportsFunctionCalling,
    is_active: model.isActive,
    created_at: isoSeconds(model.createdAt),
    updated_at: isoSeconds(model.updatedAt),
  };
}

export function pricesOf({ prices: known }: Pick<Model, 'prices'>): z.input<typeof prices> | null {
  return known && { input: known.input, cached_input: known.cachedInput, output: known.output };
}

export function costPerToken({ prices }: Pick<Model, 'prices'>): number | null {
  return prices && perToken(prices.input, 1_000_000);
}

/** US dollars per token, with float errors rounded off. */
export function perToken(dollars: number, tokens: number): number {
  return Number((dollars / tokens).toPrecision(12));
}
