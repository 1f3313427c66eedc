import type { Database } from '../../database/database.ts';

/**
 * Merges what was added to the index of searches since the last time. Searches read what is not merged one by one, so
 * that it is called every few seconds; runs are created without waiting for it.
 */
export async function mergeSearches({ pool }: Database): Promise<void> {
  await pool.query({ name: 'merge-searches', text: `select gin_clean_pending_list('run_search_found')` });
}
