import { useQueries } from '@tanstack/react-query';
import type { RunEvent } from 'polyphony-client';
import { usePolyphony } from 'polyphony-client/react';
import { EventPage } from '../documents.ts';

/** Events of a page: all fields of more of them would cost more than a document may. */
const PAGE = 40;

/**
 * Reads the pages of a log that contain the rows from one index to another.
 * @returns the event with a sequence number, if its page has been read
 */
export function useLogPages(runId: string, from: number, to: number, lastSeq: number) {
  const polyphony = usePolyphony();
  const first = Math.floor(from / PAGE);
  const last = Math.floor(to / PAGE);
  const numbers = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const pages = useQueries({
    queries: numbers.map((number) => {
      const after = number * PAGE;
      // A full page never changes; the last one does while the log grows.
      const known = Math.min(lastSeq, after + PAGE);
      return {
        queryKey: ['log', runId, after, known],
        queryFn: async ({ signal }: { signal: AbortSignal }) => {
          const { run } = await polyphony.query(EventPage, { id: runId, after }, { signal });
          return (run?.events.nodes ?? []) as readonly RunEvent[];
        },
        enabled: known > after,
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: 60_000,
      };
    }),
  });
  return (seq: number): RunEvent | undefined =>
    // In place of what has expired there is one event, with the last number of all of it.
    pages[Math.floor((seq - 1) / PAGE) - first]?.data?.find((event) => event.seq >= seq);
}
