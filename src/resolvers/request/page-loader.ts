import DataLoader from 'dataloader';
import type { Database } from '../../store/database/database.ts';
import type { ChildPage } from '../../store/database/sql-page.ts';

type Read<Row, Range> = (database: Database, parentIds: readonly string[], range: Range) => Promise<Row[]>;

/** Loads the same page for many parents in one query. @param parentOf the id of the parent of a row */
export function createPageLoader<Row, Range>(
  database: Database,
  read: Read<Row, Range>,
  parentOf: (row: Row) => string | null,
): DataLoader<ChildPage<Range>, Row[]> {
  return new DataLoader<ChildPage<Range>, Row[]>(
    async (wanted) => {
      const alike = Map.groupBy(wanted, ({ range }) => JSON.stringify(range));
      const rows = new Map<ChildPage<Range>, Row[]>();
      for (const pages of alike.values()) {
        const ids = pages.map(({ parentId }) => parentId);
        const byParent = Map.groupBy(await read(database, ids, pages[0]!.range), parentOf);
        for (const page of pages) rows.set(page, byParent.get(page.parentId) ?? []);
      }
      return wanted.map((page) => rows.get(page) ?? []);
    },
    { cache: false },
  );
}
