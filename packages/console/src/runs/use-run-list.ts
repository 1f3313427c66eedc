import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { usePolyphony } from 'polyphony-client/react';
import { type RunFilter, RunList, type RunListQuery, type RunOrder } from '../documents.ts';

export type ListedRun = NonNullable<RunListQuery['runs']>['nodes'][number];

const PAGE = 50;

export interface ListRequest {
  filter: RunFilter;
  orderBy?: RunOrder | null;
}

/** A list of runs that events of the server keep up to date; more of it is read on demand. */
export function useRunList({ filter, orderBy = null }: ListRequest) {
  const polyphony = usePolyphony();
  const { data, ...query } = useInfiniteQuery({
    queryKey: ['runs', filter, orderBy],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      polyphony.query(RunList, { first: PAGE, after: pageParam, filter, orderBy }, { signal }),
    getNextPageParam: ({ runs }) => (runs?.pageInfo.hasNextPage ? runs.pageInfo.endCursor : null),
    placeholderData: keepPreviousData,
  });
  const pages = data?.pages ?? [];
  const last = pages.at(-1)?.runs;
  return {
    ...query,
    // A run that is created while pages are read moves the others along.
    runs: unique(pages.flatMap(({ runs }) => runs?.nodes ?? [])),
    total: last ? { count: last.totalCount, isExact: last.isTotalCountExact } : null,
  };
}

function unique(runs: readonly ListedRun[]): ListedRun[] {
  return [...new Map(runs.map((run) => [run.id, run])).values()];
}
