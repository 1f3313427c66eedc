import { z } from 'zod';
import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import type { ModelReference } from '../../rules/models/model-id.ts';
import { rowCalled } from '../../rules/models/model-name.ts';
import { pricesOf } from '../../rules/models/price-list.ts';
import { costOf } from '../../rules/money/money.ts';
import {
  findModelByKey,
  findModels,
  findNamedModels,
  listModels,
  type ModelRow,
} from '../../store/models/models.ts';
import type { ModelCapability, ProviderId } from '../../vocabulary.ts';
import { connect, type PageArguments, readPage, sizesUpTo } from '../request/page.ts';
import { text, validate } from '../request/validate.ts';
import { requireViewer } from '../request/viewer.ts';

export interface ModelFilter {
  provider?: ProviderId | null | undefined;
  providers?: ProviderId[] | null | undefined;
  capability?: ModelCapability | null | undefined;
  isActive?: boolean | null | undefined;
  search?: string | null | undefined;
}

/** Clients that show a catalog read all of it. */
export const MAX_MODELS = 1_000;
const SIZES = sizesUpTo(MAX_MODELS);

const searched = z.object({ search: text({ max: 200 }).nullish() });

/** The built-in models and the viewer's own, newest first. */
export async function models(context: Context, given: PageArguments, filter: ModelFilter | null | undefined) {
  const { userId } = requireViewer(context);
  const page = readPage(given, SIZES);
  const { search } = validate(searched, { search: filter?.search }, 'filter');
  const found = listModels(context.store.database, {
    userId,
    provider: filter?.provider ?? null,
    providers: filter?.providers ?? null,
    capability: filter?.capability ?? null,
    isActive: filter?.isActive ?? null,
    search: search ?? null,
  });
  return connect(page, found);
}

/** @throws DomainError NOT_FOUND, also for another user's model @param field the argument that names it */
export async function modelById(context: Context, id: string, field = 'id'): Promise<ModelRow> {
  const { userId } = requireViewer(context);
  const [found] = await findModels(context.store.database, userId, [id]);
  return found ?? missing(field);
}

const named = z.object({ name: text({ max: 200 }) });

/**
 * The model that a task with this name would get or, if it would get none, the unavailable model with that
 * name.
 * @throws DomainError NOT_FOUND when the catalog has neither
 */
export async function modelByName(context: Context, name: string): Promise<ModelRow> {
  const { userId } = requireViewer(context);
  const { database, lookups } = context.store;
  const given = validate(named, { name }, 'by');
  const rowOf = async (reference: ModelReference | null) =>
    reference && findModelByKey(database, userId, { provider: reference.provider, modelId: reference.model });
  const offered = await rowOf(await lookups.model(userId, given.name));
  if (offered) return offered;
  const called = rowCalled(given.name, await findNamedModels(database, userId, given.name));
  return (await rowOf(called)) ?? missing('by.name');
}

const asked = z.object({
  inputTokens: z.number().int().min(0, 'must be at least 0'),
});

/**
 * US dollars for sending this number of tokens; null: the price is unknown. @throws DomainError
 * VALIDATION_ERROR
 */
export function estimatedCost(row: ModelRow, given: unknown): number | null {
  const { inputTokens } = validate(asked, given);
  const prices = pricesOf(row.ownPrices, { ...row, model: row.modelId }, inputTokens);
  const cost = costOf({ inputTokens, cachedInputTokens: 0, outputTokens: 0, reasoningTokens: 0 }, prices);
  return cost === null ? null : Number(cost);
}

function missing(field: string): never {
  throw new DomainError('NOT_FOUND', `${field}: there is no such model`, { field });
}
