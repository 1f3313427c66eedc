import pg from 'pg';
import { DomainError } from '../errors.ts';
import type { Store } from './store.ts';

/** What one answer may still read from the database: bytes on the wire, for all of its statements together. */
export interface ReadBudget {
  left: number;
  /** Set when a statement was cut off: what was read until then is not all. */
  isSpent: boolean;
}

/** A statement that writes is never cut off: the client could not know whether it was committed. */
const WRITES = /\b(insert into|update|delete from|add_job)\b/i;

/**
 * The same store, whose statements count against a budget row by row, as the rows arrive. Aliases and nested lists
 * that are read at the same time share it, so a document never holds more than the budget, however it is written.
 * A read that exceeds it fails with PAYLOAD_TOO_LARGE, and its connection is closed so that Postgres stops sending.
 */
export function boundReads(store: Store, budget: ReadBudget): Store {
  const { pool } = store.database;
  const bounded: pg.Pool = Object.create(pool, {
    query: {
      value: async (statement: string | pg.QueryConfig, values?: unknown[]) => {
        const query = new pg.Query(statement, values) as CountedQuery;
        if (budget.isSpent && !WRITES.test(query.text)) throw tooLarge();
        return pool.query(countRows(query, budget));
      },
    },
    // Its methods must change the pool's own state, and not that of this view.
    connect: { value: pool.connect.bind(pool) },
  });
  return { ...store, database: { ...store.database, pool: bounded } };
}

/** What pg calls of a query, and does not declare. */
interface CountedQuery extends pg.Query {
  text: string;
  callback(error: Error): void;
  handleDataRow(row: { length: number }): void;
}

function countRows(query: CountedQuery, budget: ReadBudget): CountedQuery {
  const accept = query.handleDataRow.bind(query);
  query.handleDataRow = (row) => {
    budget.left -= row.length;
    if (budget.left >= 0 || WRITES.test(query.text)) return accept(row);
    budget.isSpent = true;
    // The pool closes a connection whose query failed; the rows that are on their way are dropped.
    query.handleDataRow = () => {};
    query.callback(tooLarge());
  };
  return query;
}

export function tooLarge(): DomainError {
  const remedy = 'ask for fewer rows, or for fewer of the long fields (prompt, result, context, output)';
  return new DomainError('PAYLOAD_TOO_LARGE', `the answer would be too large; ${remedy}`);
}
