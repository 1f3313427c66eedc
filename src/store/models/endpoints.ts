import type { NotNull } from 'kysely';
import type { Database } from '../database/database.ts';
import { tables } from '../database/tables.ts';

/** The server of a custom model. */
export interface ModelEndpoint {
  baseUrl: string;
  /** null: it needs no key. */
  sealedApiKey: string | null;
}

/**
 * For an active model, by the name that a run uses: what follows an `@` is a setting of the model before it.
 */
export async function findModelEndpoint(database: Database, model: string): Promise<ModelEndpoint | null> {
  const { rows } = await database.pool.query<ModelEndpoint>({
    name: 'find-model-endpoint',
    text: `select base_url as "baseUrl", sealed_api_key as "sealedApiKey" from model
           where owner_id is null and provider = 'custom' and model_id in ($1, split_part($1, '@', 1)) and is_active
           order by model_id = $1 desc limit 1`,
    values: [model],
  });
  return rows[0] ?? null;
}

/** The base URLs of active custom models, oldest first. */
export async function readModelAddresses({ pool }: Database): Promise<string[]> {
  const rows = await tables(pool)
    .selectFrom('model')
    .select('baseUrl')
    .where('ownerId', 'is', null)
    .where('provider', '=', 'custom')
    .where('isActive', '=', true)
    .groupBy('baseUrl')
    .orderBy(({ fn }) => fn.min('createdAt'))
    .$narrowType<{ baseUrl: NotNull }>()
    .execute();
  return rows.map(({ baseUrl }) => baseUrl);
}
