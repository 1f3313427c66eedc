import type { ModelAbility, ModelCapability, ProviderId } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { seededIds } from './built-in-models.ts';

/** A model listed by its server. */
export interface FoundModel {
  modelId: string;
  /** Version of the following; null: it is not known, and the catalog stays unchanged. */
  digest: string | null;
  capabilities: readonly ModelCapability[];
  /** Tokens; null: unknown. */
  contextWindow: number | null;
  supportsVision: boolean;
  supportsFunctionCalling: boolean;
  lacks: readonly ModelAbility[];
}

/** After all models that cost money: an operator who has configured a vendor wants its models. */
export const FOUND_RANK = 1000;

/**
 * Updates the built-in models of a provider that lists its own models. A model that is no longer listed is
 * kept, because logs refer to it, but not available. `name:latest` also gets the alias `name`. Models edited
 * by an admin are not changed.
 * @param server `other`: of a provider with a list and prices in this release, which are not this server's.
 * Models added by an admin stay available.
 */
export async function recordFoundModels(
  database: Database,
  provider: ProviderId,
  found: readonly FoundModel[],
  server: 'only' | 'other' = 'only',
): Promise<void> {
  const isListed = server === 'only';
  await setListed(database, provider, isListed);
  await database.pool.query(
    `with found as (
       select distinct on (named.model_id) named.model_id, row ->> 'digest' as digest,
         array(select jsonb_array_elements_text(row -> 'capabilities')) as capabilities,
         array(select jsonb_array_elements_text(row -> 'lacks')) as lacks, (row ->> 'contextWindow')::int as context_window,
         (row ->> 'supportsVision')::boolean as vision, (row ->> 'supportsFunctionCalling')::boolean as tools
       from jsonb_array_elements($2::jsonb) as row, lateral (select row ->> 'modelId' as model_id) as named
     ), gone as (
       update model set is_present = false, updated_at = now()
       where owner_id is null and provider = $1 and is_present and ($4 or digest is not null or $5::jsonb ? model_id)
         and not exists (select from found where found.model_id = model.model_id)
     )
     insert into model (id, provider, model_id, name, aliases, capabilities, context_window, supports_vision,
       supports_function_calling, lacks, digest, is_listed, rank)
     select $1 || '/' || model_id, $1, model_id, model_id,
       case when model_id like '%:latest' then array[left(model_id, -length(':latest'))] else '{}'::text[] end,
       capabilities, context_window, vision, tools, lacks, digest, $4, $3::int
     from found
     on conflict (owner_id, provider, model_id) do update set is_present = true, updated_at = now(),
       ${reported('digest')}, ${reported('capabilities')}, ${reported('context_window')}, ${reported('supports_vision')},
       ${reported('supports_function_calling')}, ${reported('lacks')}
       where not model.is_present or (${CHANGED})`,
    [provider, JSON.stringify(found), FOUND_RANK, isListed, JSON.stringify(seededIds(provider))],
  );
}

/** Models that users added for this provider are requested from the same server. */
async function setListed(database: Database, provider: ProviderId, isListed: boolean): Promise<void> {
  await database.pool.query({
    name: 'set-models-listed',
    text: 'update model set is_listed = $2, updated_at = now() where provider = $1 and is_listed <> $2',
    values: [provider, isListed],
  });
}

/**
 * Makes a provider's models that are part of this release or were added available, and none that another
 * server had.
 */
export async function restoreBuiltInModels(database: Database, provider: ProviderId): Promise<void> {
  await setListed(database, provider, true);
  await database.pool.query({
    name: 'restore-built-in-models',
    text: `update model set is_present = not is_present, updated_at = now()
           where owner_id is null and provider = $1
             and is_present <> (digest is null or $2::jsonb ? model_id)`,
    values: [provider, JSON.stringify(seededIds(provider))],
  });
}

const CHANGED = `not model.is_edited and excluded.digest is not null and excluded.digest is distinct from model.digest`;

function reported(column: string): string {
  return `${column} = case when ${CHANGED} then excluded.${column} else model.${column} end`;
}

/** The digests of a provider's models in the catalog, by id. */
export async function readDigests(
  database: Database,
  provider: ProviderId,
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await database.pool.query<{ modelId: string; digest: string }>({
    name: 'read-model-digests',
    text: `select model_id as "modelId", digest from model
           where owner_id is null and provider = $1 and digest is not null`,
    values: [provider],
  });
  return new Map(rows.map(({ modelId, digest }) => [modelId, digest]));
}
