import { MAX_MODELS } from '../../resolvers/models/list-models.ts';
import { DEFAULT_SIZE, MAX_OFFSET, MAX_SIZE, type PageArguments } from '../../resolvers/request/page.ts';

/** Skipping this many rows takes as long as resolving a field. */
const PASSED_PER_FIELD = 10;

interface PageCost {
  field: number;
  multiplier: number;
}

/**
 * The fields of a page count once per item, and skipped rows add a little. Out-of-range arguments are
 * rejected by the page itself.
 */
function pageCostUpTo(maxSize: number): (page: PageArguments) => PageCost {
  return ({ first, last, offset }) => {
    // An empty page is read for its total, which costs as much as with a page.
    const size = first || last || DEFAULT_SIZE;
    const passed = within(offset ?? 0, 0, MAX_OFFSET);
    return { field: 1 + Math.ceil(passed / PASSED_PER_FIELD), multiplier: within(size, 1, maxSize) };
  };
}

export const pageCost = pageCostUpTo(MAX_SIZE);
export const modelPageCost = pageCostUpTo(MAX_MODELS);

type SearchArguments = PageArguments & { filter?: { text?: string | null | undefined } | null | undefined };

/** @param searchCost that of reading the words of many runs */
function runPageCostWith(searchCost: number): (page: SearchArguments) => PageCost {
  return ({ filter, ...page }) => {
    const { field, multiplier } = pageCost(page);
    return { field: field + (filter?.text ? searchCost : 0), multiplier };
  };
}

/** Of a list of runs. A search takes about as long as a thousand fields, and again as long for its total. */
export const runPageCost = runPageCostWith(1_000);
/** Of the runs of each of many parents, which share the limits of one search. */
export const childPageCost = runPageCostWith(50);

/** Events that are not of the requested types are read as well. */
const TYPES_COST = 20;

/** Of the log of a run, whose events are read even if only the position of the page is selected. */
export function eventPageCost({
  first,
  types,
}: Pick<PageArguments, 'first'> & { types?: unknown }): PageCost {
  const { field, multiplier } = pageCost({ first });
  return { field: field + Math.ceil(multiplier / PASSED_PER_FIELD) + (types ? TYPES_COST : 0), multiplier };
}

function within(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
