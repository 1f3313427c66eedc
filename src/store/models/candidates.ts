import type { Candidate } from '../../rules/models/choice.ts';
import type { ModelReference } from '../../rules/models/model-id.ts';
import { pricesOf } from '../../rules/models/price-list.ts';
import { type PastCall, readTrackRecord } from '../../rules/models/track-record.ts';
import type { ProviderId } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { findOfferedModels, type ModelRow } from './models.ts';

interface Reads {
  database: Database;
  /** As in `Lookups`. */
  recentCalls: (models: readonly ModelReference[]) => Promise<ReadonlyMap<string, PastCall[]>>;
}

export interface ModelCandidate extends Candidate {
  row: ModelRow;
}

/** The models of some providers that are available to a user, best first, with their recent calls. */
export async function readModelCandidates(
  { database, recentCalls }: Reads,
  userId: string,
  providers: readonly ProviderId[],
): Promise<ModelCandidate[]> {
  const rows = await findOfferedModels(database, userId, providers);
  const calls = await recentCalls(rows.map(({ provider, modelId }) => ({ provider, model: modelId })));
  return replaceBuiltIn(rows).map((row) => ({
    ...row,
    row,
    prices: pricesOf(row.ownPrices, { ...row, model: row.modelId }, 0),
    record: readTrackRecord(calls.get(`${row.provider}/${row.modelId}`) ?? []),
  }));
}

/** An account's own entry for a built-in model replaces it, at its rank. */
function replaceBuiltIn(rows: readonly ModelRow[]): ModelRow[] {
  const isOwn = ({ ownerId }: ModelRow) => ownerId !== null;
  const own = new Map(rows.filter(isOwn).map((row) => [keyOf(row), row]));
  const builtIn = new Set(rows.filter((row) => !isOwn(row)).map(keyOf));
  return rows
    .filter((row) => !isOwn(row) || !builtIn.has(keyOf(row)))
    .map((row) => ({ ...(own.get(keyOf(row)) ?? row), rank: row.rank }));
}

function keyOf({ provider, modelId }: ModelRow): string {
  return `${provider}/${modelId}`;
}
