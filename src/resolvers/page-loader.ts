import DataLoader from 'dataloader';
import type { Database } from '../store/database.ts';
import type { ListRange, SessionPage } from '../store/list-range.ts';

type Read<Row> = (database: Database, sessionIds: readonly string[], range: ListRange) => Promise<Row[]>;

/** Equal pages of many sessions in one query. */
export function createPageLoader<Row extends { sessionId: string | null }>(
  database: Database,
  read: Read<Row>,
): DataLoader<SessionPage, Row[]> {
  return new DataLoader<SessionPage, Row[]>(
    async (wanted) => {
      const alike = Map.groupBy(wanted, ({ range }) => JSON.stringify(range));
      const rows = new Map<SessionPage, Row[]>();
      for (const pages of alike.values()) {
        const ids = pages.map(({ sessionId }) => sessionId);
        const bySession = Map.groupBy(
          await read(database, ids, pages[0]!.range),
          ({ sessionId }) => sessionId,
        );
        for (const page of pages) rows.set(page, bySession.get(page.sessionId) ?? []);
      }
      return wanted.map((page) => rows.get(page) ?? []);
    },
    { cache: false },
  );
}
