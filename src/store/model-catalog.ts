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

/** A model of a vendor all of whose models see. */
function seeing(
  provider: ProviderId,
  modelId: string,
  name: string,
  capabilities: ModelCapability[],
  contextWindow: number,
  maxOutput: number,
  aliases: string[] = [],
): Seed {
  const seen: ModelCapability[] = [...capabilities, 'vision'];
  return { provider, modelId, name, aliases, capabilities: seen, contextWindow, maxOutput, vision: true };
}

/** Built-in models, general-purpose first: the order in which an unnamed model is chosen. */
const SEEDS: readonly Seed[] = [
  seeing('openai', 'gpt-4o', 'GPT-4o', TEXT, 128_000, 16_384, ['gpt4']),
  seeing('openai', 'gpt-4o-mini', 'GPT-4o mini', TEXT, 128_000, 16_384),
  seeing('openai', 'gpt-4.1', 'GPT-4.1', TEXT, 1_000_000, 32_768),
  seeing('openai', 'gpt-4.1-mini', 'GPT-4.1 mini', TEXT, 1_000_000, 32_768),
  seeing('openai', 'gpt-4.1-nano', 'GPT-4.1 nano', TEXT, 1_000_000, 32_768),
  seeing('openai', 'gpt-5', 'GPT-5', THINKING, 400_000, 128_000),
  seeing('openai', 'gpt-5-mini', 'GPT-5 mini', THINKING, 400_000, 128_000),
  seeing('openai', 'gpt-5-nano', 'GPT-5 nano', THINKING, 400_000, 128_000),
  seeing('openai', 'o3', 'o3', THINKING, 200_000, 100_000),
  seeing('openai', 'o4-mini', 'o4-mini', THINKING, 200_000, 100_000),
  seeing('anthropic', 'claude-sonnet-5-5', 'Claude Sonnet 5.5', THINKING, 1_000_000, 128_000, ['claude']),
  seeing('anthropic', 'claude-opus-5-5', 'Claude Opus 5.5', THINKING, 1_000_000, 128_000),
  seeing('anthropic', 'claude-haiku-5-5', 'Claude Haiku 5.5', THINKING, 1_000_000, 128_000),
  seeing('anthropic', 'claude-fable-5-1', 'Claude Fable 5.1', THINKING, 1_000_000, 128_000),
  seeing('anthropic', 'claude-haiku-4-5', 'Claude Haiku 4.5', THINKING, 200_000, 64_000),
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

/** After everything that costs money: whoever has configured a vendor wants its models. */
const FOUND_RANK = 1000;

/**
 * Brings the built-in models of a provider that knows them itself up to date with what it has now. One that is gone
 * stays, inactive: what it did is still in the log. `name:latest` answers to `name`, too.
 */
export async function recordFoundModels(
  database: Database,
  provider: ProviderId,
  modelIds: readonly string[],
): Promise<void> {
  await database.pool.query(
    `with found as (select distinct unnest($2::text[]) as model_id), gone as (
       update model set is_active = false, updated_at = now() where owner_id is null and provider = $1 and is_active
         and model_id <> all($2::text[])
     )
     insert into model (id, provider, model_id, name, aliases, capabilities, rank, input_price, output_price)
     select $1 || '/' || model_id, $1, model_id, model_id,
       case when model_id like '%:latest' then array[left(model_id, -length(':latest'))] else '{}'::text[] end, '{text}'::text[], $3::int, $4::numeric, $4::numeric
     from found
     on conflict (owner_id, provider, model_id) do update set is_active = true, updated_at = now()
       where not model.is_active`,
    [provider, modelIds, FOUND_RANK, listPrices(provider, '', 0)?.input ?? null],
  );
}

export interface CatalogEntry {
  provider: ProviderId;
  modelId: string;
  capabilities: ModelCapability[];
}

/** The active built-in models of some providers that answer to `name`, or all of them; best first. */
export async function findModels(
  database: Database,
  search: { providers: readonly ProviderId[]; name: string | null },
): Promise<CatalogEntry[]> {
  const { rows } = await database.pool.query<CatalogEntry>({
    name: 'find-models',
    text: `select provider, model_id as "modelId", capabilities from model
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
