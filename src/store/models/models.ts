import { plainProvider } from '../../rules/models/model-id.ts';
import type { NamedModel } from '../../rules/models/model-name.ts';
import type { Prices } from '../../rules/money/money.ts';
import { type ModelAbility, type ModelCapability, PROVIDERS, type ProviderId } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { createdAtTextSql, type ListRange, rangeSql, rangeValues } from '../database/keyset-page.ts';
import { pricesSql } from '../money/prices.ts';

/** A model of the catalog. */
export interface ModelRow {
  id: string;
  /** null: built in, readable by all accounts. */
  ownerId: string | null;
  provider: ProviderId;
  modelId: string;
  name: string;
  aliases: string[];
  version: string | null;
  capabilities: ModelCapability[];
  specialties: string[];
  rank: number;
  contextWindow: number | null;
  maxOutput: number | null;
  /** How long its server may take until the first token; null: estimated from the length of the prompt. */
  firstTokenSeconds: number | null;
  /** Set by an admin; null: those of the price list. */
  ownPrices: Prices | null;
  /** Whether the prices of the price list apply to its server. */
  isListed: boolean;
  /** For a custom model: the base URL of its server. */
  baseUrl: string | null;
  hasApiKey: boolean;
  supportsVision: boolean;
  supportsFunctionCalling: boolean;
  /** Abilities that it lacks according to its server; settings of an admin take precedence. */
  lacks: ModelAbility[];
  /** Adjustments to requests, learned from requests that its server rejected. */
  quirks: string[];
  isActive: boolean;
  isPresent: boolean;
  createdAt: Date;
  updatedAt: Date;
  /** `createdAt` with all six digits, which a Date cannot represent; the first part of a list cursor. */
  createdAtText: string;
}

const MODEL_COLUMNS = `
  id, owner_id as "ownerId", provider, model_id as "modelId", name, aliases, version, capabilities, specialties, rank,
  context_window as "contextWindow", max_output as "maxOutput",
  first_token_seconds as "firstTokenSeconds", ${pricesSql('model')} as "ownPrices",
  is_listed as "isListed", base_url as "baseUrl", sealed_api_key is not null as "hasApiKey", supports_vision as "supportsVision", supports_function_calling as "supportsFunctionCalling",
  case when is_edited then '{}' else lacks end as lacks, quirks, is_active as "isActive", is_present as "isPresent", created_at as "createdAt", updated_at as "updatedAt",
  ${createdAtTextSql('model')} as "createdAtText"`;

/** @returns null unless it is built in or belongs to this user */
export async function findModelRow(database: Database, userId: string, id: string): Promise<ModelRow | null> {
  const { rows } = await database.pool.query<ModelRow>({
    name: 'find-model-row',
    text: `select ${MODEL_COLUMNS} from model where id = $1 and (owner_id is null or owner_id = $2)`,
    values: [id, userId],
  });
  return rows[0] ?? null;
}

/** The row of a model that a user can name; the user's own takes precedence over a built-in one. */
export async function findModelByKey(
  database: Database,
  userId: string,
  { provider, modelId }: Pick<ModelRow, 'provider' | 'modelId'>,
): Promise<ModelRow | null> {
  const { rows } = await database.pool.query<ModelRow>({
    name: 'find-model-by-key',
    text: `select ${MODEL_COLUMNS} from model
           where (owner_id is null or owner_id = $1) and provider = $2 and model_id = $3 order by owner_id limit 1`,
    values: [userId, provider, modelId],
  });
  return rows[0] ?? null;
}

/** All models of some providers that are available to a user, best first. */
export async function findOfferedModels(
  database: Database,
  userId: string,
  providers: readonly ProviderId[],
): Promise<ModelRow[]> {
  const { rows } = await database.pool.query<ModelRow>({
    name: 'find-offered-models',
    text: `select ${MODEL_COLUMNS} from model
           where (owner_id is null or owner_id = $1) and provider = any($2::text[]) and is_active and is_present
           order by rank, model_id, owner_id`,
    values: [userId, providers],
  });
  return rows;
}

/**
 * The rows that a name may refer to for a user: own ones, then built-in ones, in the order of their
 * providers.
 */
export async function findNamedModels(
  database: Database,
  userId: string,
  name: string,
): Promise<NamedModel[]> {
  const plain = plainProvider(name);
  const { rows } = await database.pool.query<NamedModel>({
    name: 'find-named-models',
    text: `select provider, model_id as model, owner_id is null as "isBuiltIn", is_active as "isActive",
             case when is_edited then '{}' else lacks end as lacks, model_id = $2 or $2 = any(aliases) as "isNamed", is_active and is_present as "isOffered"
           from model
           where (owner_id is null or owner_id = $1) and (model_id = $2 or $2 = any(aliases)
             or (provider = $3 and model_id in ($4, split_part($4, '@', 1), $4 || ':latest')))
           order by owner_id is null, model_id = $2 desc, array_position($5::text[], provider), rank, model_id`,
    values: [userId, name, plain?.provider ?? null, plain?.model ?? null, PROVIDERS],
  });
  return rows;
}

export interface ModelListing extends ListRange {
  userId: string;
  provider: ProviderId | null;
  providers: readonly ProviderId[] | null;
  capability: ModelCapability | null;
  isActive: boolean | null;
  /** Part of an id, a name or an alias, case-insensitive. */
  search: string | null;
}

/** A user's own models and the built-in ones, newest first, between two positions. */
export async function listModels(database: Database, listing: ModelListing): Promise<ModelRow[]> {
  const range = rangeSql('model', listing.fromEnd);
  const { rows } = await database.pool.query<ModelRow>({
    name: `list-models-${range.name}`,
    text: `
      select ${MODEL_COLUMNS} from model
      where (owner_id is null or owner_id = $7) and ($8::text is null or provider = $8)
        and ($9::text is null or $9 = any(capabilities))
        and ($10::boolean is null or (is_active and is_present) = $10)
        and ($12::text[] is null or provider = any($12))
        and ($11::text is null or position(lower($11) in lower(concat_ws(' ', model_id, name, array_to_string(aliases, ' ')))) > 0)
        and ${range.condition}
      ${range.order}`,
    values: [
      ...rangeValues(listing),
      listing.userId,
      listing.provider,
      listing.capability,
      listing.isActive,
      listing.search,
      listing.providers,
    ],
  });
  return listing.fromEnd ? rows.reverse() : rows;
}
