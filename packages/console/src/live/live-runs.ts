import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import type { ActivityItem } from 'polyphony-client';
import { usePolyphony } from 'polyphony-client/react';
import { useEffect } from 'react';
import type { ViewerQuery } from '../documents.ts';

/** Lists of runs are read again at most this often, however much happens. */
const LIST_MS = 1000;

/** Keeps all lists of runs up to date: every query whose key begins with `runs`. */
export function useLiveRuns(): void {
  const polyphony = usePolyphony();
  const queries = useQueryClient();
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const lists = createRefresher(queries);
    async function follow() {
      for await (const item of polyphony.activity({ signal })) if (isOfList(item)) lists.refresh();
    }
    // It ends only with the login, of which the server may still remember that it was valid.
    follow()
      .catch(() => {})
      .finally(() => signal.aborted || queries.setQueryData<ViewerQuery>(['viewer'], { viewer: null }));
    return () => {
      controller.abort();
      lists.stop();
    };
  }, [polyphony, queries]);
}

/** Whether an item changes what a list shows; the first one has neither. */
function isOfList({ event, change }: ActivityItem): boolean {
  return Boolean(event ?? change);
}

/** The first refresh is immediate, and those that follow are together. */
function createRefresher(queries: QueryClient) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStale = false;
  function refresh(): void {
    isStale = true;
    if (timer) return;
    read();
    timer = setTimeout(() => {
      timer = undefined;
      if (isStale) refresh();
    }, LIST_MS);
  }
  function read(): void {
    isStale = false;
    void queries.invalidateQueries({ queryKey: ['runs'] });
  }
  return { refresh, stop: () => clearTimeout(timer) };
}
