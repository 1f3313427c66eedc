import DataLoader from 'dataloader';
import type { Database } from '../../store/database/database.ts';
import type { PartsPage } from '../../store/database/sql-page.ts';

type Read<Row, Range> = (database: Database, wholeIds: readonly string[], range: Range) => Promise<Row[]>;

/** Loads the same page for many parents in one query. @param wholeOf the id of the parent of a row */
export function createPageLoader<Row, Range>(
  database: Database,
  read: Read<Row, Range>,
  wholeOf: (row: Row) => string | null,
): DataLoader<PartsPage<Range>, Row[]> {
  return new DataLoader<PartsPage<Range>, Row[]>(
    async (wanted) => {
      const alike = Map.groupBy(wanted, ({ range }) => JSON.stringify(range));
      const rows = new Map<PartsPage<Range>, Row[]>();
      for (const pages of alike.values()) {
        const ids = pages.map(({ wholeId }) => wholeId);
        const byWhole = Map.groupBy(await read(database, ids, pages[0]!.range), wholeOf);
        for (const page of pages) rows.set(page, byWhole.get(page.wholeId) ?? []);
      }
      return wanted.map((page) => rows.get(page) ?? []);
    },
    { cache: false },
  );
}
