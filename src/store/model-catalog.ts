import { listPrices } from '../rules/price-list.ts';
import type { ModelCapability, ProviderId } from '../vocabulary.ts';
import type { Database } from './database.ts';

interface Seed {
  provider: ProviderId;
  modelId: string;
  name: string;
  aliases: string[];
  capabilities: ModelCapability[];
  contextWindow: number;
  maxOutput: number;
  vision: boolean;
}

const TEXT: ModelCapability[] = ['text', 'code'];
const THINKING: ModelCapability[] = ['text', 'code', 'reasoning', 'planning'];

function openai(
  modelId: string,
  name: string,
  capabilities: ModelCapability[],
  contextWindow: number,
  maxOutput: number,
  aliases: string[] = [],
): Seed {
  const seen: ModelCapability[] = [...capabilities, 'vision'];
  return {
    provider: 'openai',
    modelId,
    name,
    aliases,
    capabilities: seen,
    contextWindow,
    maxOutput,
    vision: true,
  };
}

/** Built-in models, general-purpose first: the order in which an unnamed model is chosen. */
const SEEDS: readonly Seed[] = [
  openai('gpt-4o', 'GPT-4o', TEXT, 128_000, 16_384, ['gpt4']),
  openai('gpt-4o-mini', 'GPT-4o mini', TEXT, 128_000, 16_384),
  openai('gpt-4.1', 'GPT-4.1', TEXT, 1_000_000, 32_768),
  openai('gpt-4.1-mini', 'GPT-4.1 mini', TEXT, 1_000_000, 32_768),
  openai('gpt-4.1-nano', 'GPT-4.1 nano', TEXT, 1_000_000, 32_768),
  openai('gpt-5', 'GPT-5', THINKING, 400_000, 128_000),
  openai('gpt-5-mini', 'GPT-5 mini', THINKING, 400_000, 128_000),
  openai('gpt-5-nano', 'GPT-5 nano', THINKING, 400_000, 128_000),
  openai('o3', 'o3', THINKING, 200_000, 100_000),
  openai('o4-mini', 'o4-mini', THINKING, 200_000, 100_000),
  {
    provider: 'demo',
    modelId: 'demo',
    name: 'Demo (no real AI)',
    aliases: [],
    capabilities: ['text'],
    contextWindow: 1_000_000,
    maxOutput: 100_000,
    vision: false,
  },
];

/** Brings the built-in models up to date with this build; rows that people made are not touched. */
export async function seedCatalog(database: Database): Promise<void> {
  const rows = SEEDS.map((seed, rank) => ({
    ...seed,
    rank,
    prices: listPrices(seed.provider, seed.modelId, 0),
  }));
  await database.pool.query(
    `insert into model (id, provider, model_id, name, aliases, capabilities, rank, context_window, max_output,
       input_price, cached_input_price, output_price, supports_vision, supports_function_calling)
     select row ->> 'provider' || '/' || (row ->> 'modelId'), row ->> 'provider', row ->> 'modelId', row ->> 'name',
       array(select jsonb_array_elements_text(row -> 'aliases')),
       array(select jsonb_array_elements_text(row -> 'capabilities')),
       (row ->> 'rank')::int, (row ->> 'contextWindow')::int, (row ->> 'maxOutput')::int,
       (row -> 'prices' ->> 'input')::numeric, (row -> 'prices' ->> 'cachedInput')::numeric,
       (row -> 'prices' ->> 'output')::numeric, (row ->> 'vision')::boolean, true
     from jsonb_array_elements($1::jsonb) as row
     on conflict (owner_id, provider, model_id) do update set name = excluded.name, aliases = excluded.aliases,
       capabilities = excluded.capabilities, rank = excluded.rank, context_window = excluded.context_window,
       max_output = excluded.max_output, input_price = excluded.input_price,
       cached_input_price = excluded.cached_input_price, output_price = excluded.output_price, updated_at = now()`,
    [JSON.stringify(rows)],
  );
}

export interface CatalogEntry {
  provider: ProviderId;
  modelId: string;
}

/** The active built-in models of some providers that answer to `name`, or all of them; best first. */
export async function findModels(
  database: Database,
  search: { providers: readonly ProviderId[]; name: string | null },
): Promise<CatalogEntry[]> {
  const { rows } = await database.pool.query<CatalogEntry>({
    name: 'find-models',
    text: `select provider, model_id as "modelId" from model
           where owner_id is null and is_active and provider = any($1::text[])
             and ($2::text is null or model_id = $2 or $2 = any(aliases))
           order by rank, model_id`,
    values: [search.providers, search.name],
  });
  return rows;
}

/** The longest answer of a built-in model, in tokens; null when the catalog does not know. */
export async function findMaxOutput(
  database: Database,
  provider: ProviderId,
  model: string,
): Promise<number | null> {
  const { rows } = await database.pool.query<{ maxOutput: number | null }>({
    name: 'find-max-output',
    text: `select max_output as "maxOutput" from model
           where owner_id is null and provider = $1 and model_id = split_part($2, '@', 1)`,
    values: [provider, model],
  });
  return rows[0]?.maxOutput ?? null;
}
