import { useQueryClient } from '@tanstack/react-query';
import { PolyphonyError } from 'polyphony-client';
import { usePolyphony } from 'polyphony-client/react';
import { useEffect } from 'react';
import type { ViewerQuery } from '../documents.ts';
import { createRefresher } from './refresher.ts';

/** Lists of runs are read again at most this often, however much happens. */
const LIST_MS = 1000;
/** After an error that is not about the login. */
const RETRY_MS = 5000;

/** Keeps all lists of runs up to date: every query whose key begins with `runs`. */
export function useLiveRuns(): void {
  const polyphony = usePolyphony();
  const queries = useQueryClient();
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const lists = createRefresher(() => queries.invalidateQueries({ queryKey: ['runs'] }), LIST_MS);
    let timer: ReturnType<typeof setTimeout> | undefined;
    async function follow(): Promise<void> {
      try {
        // The first item has neither an event nor a change: what is read from then on misses nothing.
        for await (const _item of polyphony.activity({ signal })) lists.refresh();
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof PolyphonyError && error.code === 'UNAUTHENTICATED')) {
          timer = setTimeout(follow, RETRY_MS);
          return;
        }
      }
      // The viewer is not read again: the server may have cached the login as valid.
      if (!signal.aborted) queries.setQueryData<ViewerQuery>(['viewer'], { viewer: null });
    }
    void follow();
    return () => {
      controller.abort();
      clearTimeout(timer);
      lists.stop();
    };
  }, [polyphony, queries]);
}
