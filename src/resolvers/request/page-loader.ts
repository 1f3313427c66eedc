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
  return ofEachAlike(async (parentIds, range) => {
    const byParent = Map.groupBy(await read(database, parentIds, range), parentOf);
    return (parentId) => byParent.get(parentId) ?? [];
  });
}

/** Counts the same children of many parents in one query. */
export function createCountLoader<Range>(
  database: Database,
  read: Read<{ parentId: string; count: number }, Range>,
): DataLoader<ChildPage<Range>, number> {
  return ofEachAlike(async (parentIds, range) => {
    const rows = await read(database, parentIds, range);
    const byParent = new Map(rows.map(({ parentId, count }) => [parentId, count]));
    return (parentId) => byParent.get(parentId) ?? 0;
  });
}

/** One query for all parents of whose children the same is wanted. */
function ofEachAlike<Range, Value>(
  read: (parentIds: readonly string[], range: Range) => Promise<(parentId: string) => Value>,
): DataLoader<ChildPage<Range>, Value> {
  return new DataLoader<ChildPage<Range>, Value>(
    async (wanted) => {
      const alike = Map.groupBy(wanted, ({ range }) => JSON.stringify(range));
      const found = new Map<ChildPage<Range>, Value>();
      for (const pages of alike.values()) {
        const valueFor = await read(
          pages.map(({ parentId }) => parentId),
          pages[0]!.range,
        );
        for (const page of pages) found.set(page, valueFor(page.parentId));
      }
      return wanted.map((page) => found.get(page)!);
    },
    { cache: false },
  );
}
