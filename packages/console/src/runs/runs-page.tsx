import { useEffect, useRef, useState } from 'react';
import { useSearchParams } from 'wouter';
import { count } from '../parts/format.ts';
import { ErrorNote } from '../parts/notes.tsx';
import { useTitle } from '../parts/use-title.ts';
import { WORDS } from '../words.ts';
import { BulkActions } from './bulk-actions.tsx';
import { FilterForm } from './filter-form.tsx';
import { filterOf, orderOf } from './filters.ts';
import { RunTable } from './run-table.tsx';
import { useRunList } from './use-run-list.ts';

/** All runs, newest first unless the address says otherwise. */
export function RunsPage() {
  useTitle(WORDS.pages.runs);
  const [asked, setAsked] = useSearchParams();
  const filter = filterOf(asked);
  const list = useRunList({ filter, orderBy: orderOf(asked) });
  const { runs, total, error, isPending, isPlaceholderData } = list;
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  // What is selected is in sight.
  const [shown, setShown] = useState(asked.toString());
  if (shown !== asked.toString()) {
    setShown(asked.toString());
    setIds(new Set());
  }
  const toggle = (id: string) => setIds((known) => toggled(known, id));
  return (
    <>
      <h1>{WORDS.pages.runs}</h1>
      <FilterForm asked={asked} setAsked={setAsked} />
      {error && <ErrorNote error={error} />}
      <div className="row">
        <p role="status" className="quiet">
          {total && WORDS.runs.found(count(total.count), total.isExact)}
        </p>
        <BulkActions ids={ids} filter={filter} onDone={() => setIds(new Set())} />
      </div>
      {isPending && <p className="quiet">{WORDS.loading}</p>}
      {!isPending && runs.length === 0 && <p className="quiet">{WORDS.runs.none}</p>}
      <div className={isPlaceholderData ? 'old' : undefined}>
        {runs.length > 0 && <RunTable runs={runs} selection={{ ids, toggle }} />}
      </div>
      <More list={list} />
    </>
  );
}

/** Reads more as soon as the end of the list can be seen; the button is for those who do not scroll. */
function More({ list }: { list: ReturnType<typeof useRunList> }) {
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const end = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!end.current || !hasNextPage || isFetchingNextPage) return;
    const observer = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting) void fetchNextPage();
    });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  if (!hasNextPage) return null;
  return (
    <button type="button" ref={end} onClick={() => fetchNextPage()} disabled={isFetchingNextPage}>
      {isFetchingNextPage ? WORDS.loading : WORDS.runs.more}
    </button>
  );
}

function toggled(known: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const ids = new Set(known);
  if (!ids.delete(id)) ids.add(id);
  return ids;
}
