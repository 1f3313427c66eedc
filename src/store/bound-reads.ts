import pg from 'pg';
import { DomainError } from '../errors.ts';
import type { Store } from './store.ts';

/** What one response may still read from the database: bytes on the wire, for all its statements together. */
export interface ReadBudget {
  left: number;
  /** Set when a statement was aborted: its rows are incomplete. */
  isSpent: boolean;
}

/** A statement that writes is never aborted: the client could not know whether it was committed. */
const WRITES = /\b(insert into|update|delete from|add_job)\b/i;

/**
 * A view of the store whose statements count against a budget, row by row as rows arrive. Aliases and nested lists that
 * are read concurrently share the budget, so no document holds more than that in memory. A read that exceeds it fails
 * with PAYLOAD_TOO_LARGE, and its connection is closed so that Postgres stops sending.
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
    // Bound to the pool, so that it changes the pool's state and not this view's.
    connect: { value: pool.connect.bind(pool) },
  });
  return { ...store, database: { ...store.database, pool: bounded } };
}

/** Members of a query that pg calls but that its types do not declare. */
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
  return new DomainError('PAYLOAD_TOO_LARGE', `the response would be too large; ${remedy}`);
}
