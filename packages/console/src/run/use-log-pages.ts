import { type Query, useQueries, useQueryClient } from '@tanstack/react-query';
import type { RunEvent } from 'polyphony-client';
import { usePolyphony } from 'polyphony-client/react';
import { useEffect } from 'react';
import { EventPage } from '../documents.ts';

/** Events per page. With more, a document that selects all fields would exceed the cost limit. */
const PAGE = 40;

/**
 * Reads the pages of a log that contain the rows from one index to another.
 * @returns the event with a sequence number, if its page has been read
 */
export function useLogPages(runId: string, from: number, to: number, lastSeq: number) {
  const polyphony = usePolyphony();
  const queries = useQueryClient();
  const first = Math.floor(from / PAGE);
  const last = Math.floor(to / PAGE);
  const numbers = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const pages = useQueries({
    queries: numbers.map((number) => {
      const after = number * PAGE;
      return {
        queryKey: ['log', runId, after],
        queryFn: async ({ signal }: { signal: AbortSignal }) => {
          const { run } = await polyphony.query(EventPage, { id: runId, after }, { signal });
          return (run?.events.nodes ?? []) as readonly RunEvent[];
        },
        enabled: lastSeq > after,
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: 60_000,
      };
    }),
  });
  // A full page never changes; the last one does while the log grows, and is shown as it was meanwhile.
  useEffect(() => {
    const isPartial = ({ queryKey, state }: Query) =>
      queryKey[0] === 'log' &&
      queryKey[1] === runId &&
      isBehind(state.data as readonly RunEvent[] | undefined, queryKey[2] as number, lastSeq);
    void queries.invalidateQueries({ predicate: isPartial });
  }, [queries, runId, lastSeq]);
  return (seq: number): RunEvent | undefined =>
    // A single marker replaces expired events; its `seq` is that of the last one.
    pages[Math.floor((seq - 1) / PAGE) - first]?.data?.find((event) => event.seq >= seq);
}

/** Whether a page was read before the last of its events, or of the log. */
function isBehind(events: readonly RunEvent[] | undefined, after: number, lastSeq: number): boolean {
  return events !== undefined && (events.at(-1)?.seq ?? after) < Math.min(lastSeq, after + PAGE);
}
