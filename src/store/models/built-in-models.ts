import type { ModelCapability, ProviderId } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { NOW, tables } from '../database/tables.ts';

interface Seed {
  provider: ProviderId;
  modelId: string;
  name: string;
  aliases: string[];
  capabilities: ModelCapability[];
  contextWindow: number;
  maxOutput: number;
  specialties: string[];
  vision: boolean;
}

const TEXT: ModelCapability[] = ['text', 'code'];
const THINKING: ModelCapability[] = ['text', 'code', 'reasoning', 'planning'];

/** Specialties of models that reason, and of the others. */
const SPECIALTIES = { thinking: ['coding', 'analysis', 'math'], other: ['general', 'writing', 'chat'] };

/** A model of a vendor whose models all accept images. */
function seeing(
  provider: ProviderId,
  modelId: string,
  name: string,
  known: ModelCapability[],
  contextWindow: number,
  maxOutput: number,
  aliases: string[] = [],
): Seed {
  const specialties = known.includes('reasoning') ? SPECIALTIES.thinking : SPECIALTIES.other;
  const capabilities: ModelCapability[] = [...known, 'vision'];
  const bounds = { contextWindow, maxOutput };
  return { provider, modelId, name, aliases, capabilities, specialties, ...bounds, vision: true };
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
    specialties: [],
    vision: false,
  },
];

/** The ids of a provider's models that are part of this release. */
export function seededIds(provider: ProviderId): string[] {
  return SEEDS.filter((seed) => seed.provider === provider).map(({ modelId }) => modelId);
}

/** Whether a model is part of this release. */
export function isSeeded(provider: ProviderId, modelId: string): boolean {
  return SEEDS.some((seed) => seed.provider === provider && seed.modelId === modelId);
}

/**
 * Updates the built-in models to this release; models that users created or edited are not changed. Prices
 * come from the price list, which includes prices for long prompts.
 */
export async function seedCatalog({ pool }: Database): Promise<void> {
  await tables(pool)
    .insertInto('model')
    .values(SEEDS.map(rowOf))
    .onConflict((conflict) =>
      conflict
        .columns(['ownerId', 'provider', 'modelId'])
        .doUpdateSet(({ ref }) => ({
          ...{ name: ref('excluded.name'), rank: ref('excluded.rank'), aliases: ref('excluded.aliases') },
          capabilities: ref('excluded.capabilities'),
          specialties: ref('excluded.specialties'),
          contextWindow: ref('excluded.contextWindow'),
          maxOutput: ref('excluded.maxOutput'),
          supportsVision: ref('excluded.supportsVision'),
          supportsFunctionCalling: ref('excluded.supportsFunctionCalling'),
          ...{ lacks: [], digest: null, updatedAt: NOW },
          ...{ inputPrice: null, cachedInputPrice: null, outputPrice: null },
          ...{ cacheWritePrice: null, cacheWriteHourPrice: null },
        }))
        .where('model.isEdited', '=', false),
    )
    .execute();
}

function rowOf({ vision, ...seed }: Seed, rank: number) {
  const id = `${seed.provider}/${seed.modelId}`;
  return { id, ...seed, rank, supportsVision: vision, supportsFunctionCalling: true };
}

/** The longest answer of a built-in model, in tokens; null when the catalog does not know it. */
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
