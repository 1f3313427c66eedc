import DataLoader from 'dataloader';
import type { Database } from '../../store/database/database.ts';
import type { ListRange, PartsPage } from '../../store/database/keyset-page.ts';

type Read<Row> = (database: Database, wholeIds: readonly string[], range: ListRange) => Promise<Row[]>;

/** Loads the same page for many parents in one query. @param wholeOf the id of the parent of a row */
export function createPageLoader<Row>(
  database: Database,
  read: Read<Row>,
  wholeOf: (row: Row) => string | null,
): DataLoader<PartsPage, Row[]> {
  return new DataLoader<PartsPage, Row[]>(
    async (wanted) => {
      const alike = Map.groupBy(wanted, ({ range }) => JSON.stringify(range));
      const rows = new Map<PartsPage, Row[]>();
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
