import type { RunKind } from '../../../vocabulary.ts';
import { type Conditions, facetSql, hasSql } from './run-filter.ts';
import { ofSearch, orderKeySql, type RunOrder, readDirection } from './run-order.ts';
import { eachSql, joined, type RunRange, type SelectedSql } from './selected-sql.ts';

/** A page to search for. */
export interface SearchedPage {
  order: RunOrder;
  range: Pick<RunRange, 'offset' | 'fromEnd'>;
  /** Conditions: between the positions of its range. */
  between: Conditions;
  /** The number of rows to find. */
  most: number;
}

/**
 * The number of runs that are read in their order before the index of searches is: 1 to 2 ms. Where fewer than one in
 * fifty of them matches, the index is quicker, and where more do, it would find far more than a page.
 */
const FIRST = 1_000;
/** The same in other orders than that of creation, in which the index finds all that match before the page is known. */
const FIRST_BY_KEY = 2_000;
/** Runs to read for each that is skipped: an older API reads pages by their numbers. */
const READ_FOR_SKIPPED = 3;

/** `search` with the names that columns of `run` have. */
const SEARCH = `(
    select run_id as id, owner_id, kind, is_part, created_at, facets, words from run_search) as search`;

/** A page in the order of creation, without what `search` is searched for. */
interface NewestPage extends SearchedPage {
  order: RunOrder & { field: 'created_at' };
}

/** SQL of `id` and `"orderKey"` of the runs of an account: `search` has the index by the time of creation. */
export function newestSql(selected: SelectedSql, { order, range, between, most }: NewestPage): string {
  const direction = readDirection(order, range);
  return `
    select search.id, search.created_at as "orderKey" from ${newestSourceSql(selected, between)}
    order by search.created_at ${direction}, search.id ${direction} limit ${most}`;
}

/** SQL of as many of them as are to be counted. */
export const countNewestSql = (selected: SelectedSql, most: number): string =>
  `select search.id from ${newestSourceSql(selected, {})} limit ${most}`;

function newestSourceSql(selected: SelectedSql, between: Conditions): string {
  const { kind, indexed, hasStatus } = selected;
  const ofRun = joined({
    ...(indexed.status && { status: indexed.status }),
    ...(hasStatus && { hasStatus }),
  });
  const run = ofRun && runOfKindSql(kind, ofRun, 'search.id');
  return `${SEARCH}${run} where ${createdSql(selected, between)} ${and(ofRun)}`;
}

/** SQL: `search` has a run that is not a part, and was created between some times. */
export function createdSql({ owner, kind, created }: SelectedSql, between: Conditions): string {
  const ofList = `search.owner_id = ${owner} and search.kind = '${kind}' and not search.is_part`;
  return `${ofList} ${and(ofSearch(joined({ ...created, ...between })))}`;
}

/**
 * SQL of `id` and `"orderKey"` of runs that match: those among the first runs of the list, or, if they do not suffice,
 * those that the index of searches finds. Both are in one statement, of which Postgres executes what is needed.
 */
export function searchSql(selected: SelectedSql, page: SearchedPage): string {
  const { order, range, most } = page;
  const isByTime = order.field === 'created_at';
  const first = (isByTime ? FIRST : FIRST_BY_KEY) + READ_FOR_SKIPPED * range.offset;
  const isByKey = !isByTime || selected.session !== null;
  const firstRuns = isByKey ? firstByKeySql(selected, page, first) : firstSql(selected, page, first);
  const suffices = `((select count(*) from page) = ${most} or (select count(*) from first_runs) < ${first})`;
  // Without an order: in that of `first_runs`, which is read only as far as needed.
  return `
    with first_runs as materialized (${firstRuns}),
    page as materialized (
      select first_runs.id, first_runs."orderKey" from first_runs${statusSql(selected, 'first_runs.id')}
      where first_runs.matches ${andStatus(selected)} limit ${most}
    )
    select id, "orderKey" from page where ${suffices}
    union all
    select id, "orderKey" from (${indexSql(selected, page)}) as found where not ${suffices}`;
}

function firstSql(selected: SelectedSql, page: SearchedPage, first: number): string {
  const direction = readDirection(page.order, page.range);
  return `
      select search.id, search.created_at as "orderKey", ${joined(selected.searched)} as matches from ${SEARCH}
      where ${createdSql(selected, page.between)}
      order by search.created_at ${direction}, search.id ${direction} limit ${first}`;
}

function firstByKeySql({ indexed, searched }: SelectedSql, page: SearchedPage, first: number): string {
  const [key, direction] = [orderKeySql(page.order), readDirection(page.order, page.range)];
  return `
      select run.id, ${key} as "orderKey", ${joined(searched)} as matches from (
        select run.* from run where ${joined({ ...indexed, ...page.between })}
        order by ${key} ${direction}, run.id ${direction} limit ${first}
      ) as run${eachSql('run_search', 'run.id', { as: 'search', key: 'run_id' })}`;
}

/**
 * By the index of searches, by weeks, because it has no order: a page is found in the first weeks that have matches,
 * however many there are in others. In another order than that of creation all are read, and weeks are of use only to those
 * of some time. `offset 0` keeps Postgres from finding those of all weeks at once, and comparing each with each week.
 */
function indexSql(selected: SelectedSql, page: SearchedPage): string {
  const { order, most, between } = page;
  const [key, direction] = [orderKeySql(order), readDirection(order, page.range)];
  if (order.field === 'created_at') {
    return `${weeksSql(selected, page)}
      select each.id, each."orderKey" from week cross join lateral (
        select search.id, search.created_at as "orderKey" from ${SEARCH}${statusSql(selected, 'search.id')}
        where ${ofWeek(selected, page)} ${and(ofSearch(joined({ ...selected.created, ...between })))} ${andStatus(selected)}
        order by search.created_at ${direction}, search.id ${direction} limit ${most}
      ) as each limit ${most}`;
  }
  const found = (matches: string) => `(select search.id from ${SEARCH} where ${matches} offset 0) as found`;
  const [weeks, source] =
    Object.keys(selected.created).length > 0
      ? [weeksSql(selected, page), `week cross join lateral ${found(ofWeek(selected, page))}`]
      : ['', found(ofList(selected))];
  return `${weeks}
      select run.id, ${key} as "orderKey" from ${source}${runSql(selected, 'found.id')}
      where ${joined({ ...selected.indexed, ...between })} ${andStatus(selected)}
      order by ${key} ${direction}, run.id ${direction} limit ${most}`;
}

/** SQL of as many rows as are to be counted. */
export function countSearchedSql(selected: SelectedSql, most: number): string {
  const page: SearchedPage = {
    order: { field: 'created_at', direction: 'desc' },
    range: { offset: 0, fromEnd: false },
    ...{ between: {}, most },
  };
  return `${weeksSql(selected, page)}
      select each.id from week cross join lateral (
        select search.id from ${SEARCH}${statusSql(selected, 'search.id')}
        where ${ofWeek(selected, page)} ${and(ofSearch(joined(selected.created)))} ${andStatus(selected)} offset 0
      ) as each limit ${most}`;
}

/**
 * Weeks that one probe of the index finds: each probe reads all rows that are not merged yet, and each finds all matches of
 * its weeks. The first is of one week, where most pages end.
 */
const WEEKS_AT_ONCE = 4;

/**
 * SQL of `week`: weeks, `size` of them up to or from `number`, in which the account has runs of the kind, in the order of the
 * list.
 */
function weeksSql(selected: SelectedSql, page: SearchedPage): string {
  const { order, between } = page;
  const direction = weekDirection(page);
  const bounds = order.field === 'created_at' ? { ...selected.created, ...between } : selected.created;
  const next = (also: string) => `
        select run_week(search.created_at) from ${SEARCH}
        where search.owner_id = ${selected.owner} and search.kind = '${selected.kind}' and not search.is_part
          ${and(ofSearch(joined(bounds)))} ${also}
        order by search.created_at ${direction}, search.id ${direction} limit 1`;
  const isBeyond =
    direction === 'desc'
      ? 'search.created_at < to_timestamp((week.number - week.size + 1) * 604800.0)'
      : 'search.created_at >= to_timestamp((week.number + week.size) * 604800.0)';
  return `
      with recursive week (number, size) as (
        select (${next('')}), 1
        union all
        select (${next(`and ${isBeyond}`)}), least(2 * week.size, ${WEEKS_AT_ONCE}) from week where week.number is not null
      )`;
}

const weekDirection = ({ order, range }: SearchedPage) =>
  order.field === 'created_at' ? readDirection(order, range) : 'desc';

function ofWeek(selected: SelectedSql, page: SearchedPage): string {
  const numbers =
    weekDirection(page) === 'desc'
      ? 'week.number - week.size + 1, week.number'
      : 'week.number, week.number + week.size - 1';
  const facets = `select array_agg(${facetSql(selected.scope, 'week', 'number::text')}) from generate_series(${numbers}) as number`;
  return `${ofList(selected)} and search.facets && (${facets})`;
}

function ofList({ owner, scope, session, searched }: SelectedSql): string {
  return joined({
    // Facets are hashes, which may be equal by chance. An expression, so that the index of facets is preferred.
    owner: `search.owner_id || '' = ${owner}`,
    ...(session !== null && { session: hasSql(scope, 'session', session) }),
    ...searched,
  });
}

/** SQL of what a condition on the status reads. */
const statusSql = (selected: SelectedSql, id: string) =>
  selected.hasStatus === null ? '' : runSql(selected, id);

const runSql = ({ kind, hasStatus }: SelectedSql, id: string) => runOfKindSql(kind, hasStatus ?? '', id);

const runOfKindSql = (kind: RunKind, read: string, id: string) =>
  `${eachSql('run', id)}${read.includes(`${kind}.`) ? eachSql(kind, id) : ''}`;

const and = (conditions: string) => conditions && `and ${conditions}`;
const andStatus = ({ hasStatus }: SelectedSql) => and(hasStatus ?? '');
