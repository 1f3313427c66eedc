import type { Database } from '../database/database.ts';

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
export async function readModelAddresses(database: Database): Promise<string[]> {
  const { rows } = await database.pool.query<{ baseUrl: string }>({
    name: 'read-model-addresses',
    text: `select base_url as "baseUrl" from model where owner_id is null and provider = 'custom' and is_active
           group by base_url order by min(created_at)`,
  });
  return rows.map(({ baseUrl }) => baseUrl);
}
