import { sql } from 'kysely';
import { plainProvider } from '../../rules/models/model-id.ts';
import type { NamedModel } from '../../rules/models/model-name.ts';
import type { Prices } from '../../rules/money/money.ts';
import { type ModelAbility, type ModelCapability, PROVIDERS, type ProviderId } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { createdAtText, keysetList, type ListedRow } from '../database/kysely-page.ts';
import type { RowList } from '../database/sql-page.ts';
import { anyOf, optionalFilters, tables } from '../database/tables.ts';
import { pricesSql } from '../money/prices.ts';

const COLUMNS = [
  ...(['id', 'ownerId', 'provider', 'modelId', 'name', 'aliases', 'version', 'capabilities'] as const),
  ...(['specialties', 'rank', 'contextWindow', 'maxOutput', 'firstTokenSeconds', 'isListed'] as const),
  ...(['baseUrl', 'supportsVision', 'supportsFunctionCalling', 'quirks', 'isActive', 'isPresent'] as const),
  ...(['createdAt', 'updatedAt'] as const),
] as const;

/** A model of the catalog. */
export interface ModelRow extends Pick<ListedRow<'model'>, (typeof COLUMNS)[number] | 'createdAtText'> {
  /** Set by its owner, or by an admin for a built-in model; null: those of the price list. */
  ownPrices: Prices | null;
  hasApiKey: boolean;
  /** Abilities that it lacks according to its server; settings of an admin take precedence. */
  lacks: readonly ModelAbility[];
}

const COMPUTED = [
  sql<Prices | null>`${sql.raw(pricesSql('model'))}`.as('ownPrices'),
  sql<boolean>`sealed_api_key is not null`.as('hasApiKey'),
  sql<readonly ModelAbility[]>`case when is_edited then '{}' else lacks end`.as('lacks'),
] as const;

/** The models that a user can see: their own and the built-in ones. */
function visibleModels({ pool }: Database, userId: string) {
  return tables(pool)
    .selectFrom('model')
    .select(COLUMNS)
    .select([...COMPUTED, createdAtText('model')])
    .where((model) => model.or([model('ownerId', '=', userId), model('ownerId', 'is', null)]));
}

/** Those of the visible models that have one of some ids. */
export function findModels(database: Database, userId: string, ids: readonly string[]): Promise<ModelRow[]> {
  return visibleModels(database, userId).where('id', '=', anyOf(ids)).execute();
}

/** The row of a model that a user can name; the user's own takes precedence over a built-in one. */
export async function findModelByKey(
  database: Database,
  userId: string,
  { provider, modelId }: Pick<ModelRow, 'provider' | 'modelId'>,
): Promise<ModelRow | null> {
  const found = await visibleModels(database, userId)
    .where('provider', '=', provider)
    .where('modelId', '=', modelId)
    .orderBy('ownerId')
    .limit(1)
    .executeTakeFirst();
  return found ?? null;
}

/** An account's own entry for a built-in model does not enable what an admin disabled. */
const IS_DISABLED = sql<boolean>`exists (
  select from model as built_in where built_in.owner_id is null and not built_in.is_active
    and built_in.provider = model.provider and built_in.model_id = model.model_id)`;

/** All models of some providers that are available to a user, best first. */
export function findOfferedModels(
  database: Database,
  userId: string,
  providers: readonly ProviderId[],
): Promise<ModelRow[]> {
  return visibleModels(database, userId)
    .where('provider', '=', anyOf(providers))
    .where('isActive', '=', true)
    .where('isPresent', '=', true)
    .where(sql<boolean>`not ${IS_DISABLED}`)
    .orderBy('rank')
    .orderBy('modelId')
    .orderBy('ownerId')
    .execute();
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

export interface ModelListing {
  userId: string;
  provider: ProviderId | null;
  providers: readonly ProviderId[] | null;
  capability: ModelCapability | null;
  isActive: boolean | null;
  /** Part of an id, a name or an alias, case-insensitive. */
  search: string | null;
}

/** A user's own models and the built-in ones, newest first, between two positions. */
export function listModels(
  database: Database,
  { userId, provider, providers, capability, isActive, search }: ModelListing,
): RowList<ModelRow> {
  let models = visibleModels(database, userId)
    .where(optionalFilters('model', { provider }))
    .where(optionalFilters('model', { provider: providers }));
  if (capability !== null) models = models.where(sql<boolean>`${capability} = any(capabilities)`);
  if (isActive !== null) models = models.where(sql<boolean>`(is_active and is_present) = ${isActive}`);
  if (search !== null) models = models.where(sql<boolean>`position(lower(${search}) in ${NAMES}) > 0`);
  return keysetList(database.pool, models, 'model');
}

const NAMES = sql`lower(concat_ws(' ', model_id, name, array_to_string(aliases, ' ')))`;
