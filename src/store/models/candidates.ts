import type { Candidate } from '../../rules/models/choice.ts';
import { pricesOf } from '../../rules/models/price-list.ts';
import { readTrackRecord } from '../../rules/models/track-record.ts';
import type { ProviderId } from '../../vocabulary.ts';
import type { Store } from '../store.ts';
import { findOfferedModels, type ModelRow } from './models.ts';

export interface ModelCandidate extends Candidate {
  row: ModelRow;
}

/** The models of some providers that are on offer to a user, best first, with what their last calls tell. */
export async function readModelCandidates(
  { database, lookups }: Pick<Store, 'database' | 'lookups'>,
  userId: string,
  providers: readonly ProviderId[],
): Promise<ModelCandidate[]> {
  const rows = await findOfferedModels(database, userId, providers);
  const calls = await lookups.recentCalls(
    rows.map(({ provider, modelId }) => ({ provider, model: modelId })),
  );
  return rows.map((row) => ({
    ...row,
    row,
    prices: pricesOf(row.ownPrices, { ...row, model: row.modelId }, 0),
    record: readTrackRecord(calls.get(`${row.provider}/${row.modelId}`) ?? []),
  }));
}
