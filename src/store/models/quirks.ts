import type { ProviderId } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';

interface Reference {
  provider: ProviderId;
  /** By the name that a run uses: what follows an `@` is a setting of the model before it. */
  model: string;
}

/** What was learned about a model's server; empty for models that the catalog does not have. */
export async function readModelQuirks(
  { pool }: Database,
  { provider, model }: Reference,
): Promise<readonly string[]> {
  const { rows } = await pool.query<{ quirks: string[] }>({
    name: 'read-model-quirks',
    text: `select quirks from model where provider = $1 and model_id in ($2, split_part($2, '@', 1))
           order by model_id = $2 desc, owner_id nulls first limit 1`,
    values: [provider, model],
  });
  return rows[0]?.quirks ?? [];
}

/** Stores what was learned about the model, once. */
export async function addModelQuirk(
  { pool }: Database,
  { provider, model }: Reference,
  quirk: string,
): Promise<void> {
  await pool.query({
    name: 'add-model-quirk',
    text: `update model set quirks = array_append(quirks, $3)
           where provider = $1 and model_id in ($2, split_part($2, '@', 1)) and not $3 = any(quirks)`,
    values: [provider, model, quirk],
  });
}

/**
 * The context window of a model, and how long its server may take until the first token; null: unknown, or
 * not set. Settings of an account's own model do not apply to calls of others.
 */
export async function readModelLimits(
  { pool }: Database,
  { provider, model }: Reference,
): Promise<{ window: number | null; firstTokenMs: number | null }> {
  const { rows } = await pool.query<{ window: number | null; firstTokenMs: number | null }>({
    name: 'read-model-limits',
    text: `select context_window as window, first_token_seconds * 1000.0::float8 as "firstTokenMs" from model
           where owner_id is null and provider = $1 and model_id in ($2, split_part($2, '@', 1), $2 || ':latest')
           order by model_id = $2 desc limit 1`,
    values: [provider, model],
  });
  return rows[0] ?? { window: null, firstTokenMs: null };
}
