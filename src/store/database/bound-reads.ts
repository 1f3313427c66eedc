import type { Socket } from 'node:net';
import pg from 'pg';
import type { Store } from '../store.ts';
import type { ReadBudget } from './read-limit.ts';
import type { ReadSource } from './read-source.ts';

/** A statement that writes is never interrupted: the client could not know whether it was committed. */
const WRITES = /\b(insert into|update|delete from|add_job)\b/i;

/**
 * The same store with statements that count against a budget row by row, as the rows arrive. Aliases and
 * nested lists that are read at the same time share it, so a document never holds more than the budget,
 * however it is written. A read that exceeds it fails, and its connection is closed so that Postgres stops
 * sending. Writes, and reads of a transaction, are counted but never interrupted.
 * @param source where reads are done; rows of one that was repeated on the primary count twice
 */
export function boundReads(store: Store, budget: ReadBudget, source: ReadSource): Store {
  const { pool } = store.database;
  const bounded: pg.Pool = Object.create(pool, {
    query: {
      value: async (statement: string | pg.QueryConfig, values?: unknown[]) => {
        const isCut = !WRITES.test(typeof statement === 'string' ? statement : statement.text);
        if (budget.spent && isCut) throw budget.spent;
        const counted = () => countRows(createQuery(statement, values), budget, isCut);
        if (!isCut) return budget.inTurn(() => pool.query(counted()));
        return budget.inTurn(() => source.run((target) => target.query(counted())));
      },
    },
    // Its methods must change the state of the pool itself, not of this view.
    connect: { value: async () => countTransaction(await pool.connect(), budget) },
  });
  return { ...store, database: { ...store.database, pool: bounded } };
}

function countTransaction(client: pg.PoolClient, budget: ReadBudget): pg.PoolClient {
  const query = (statement: string | pg.QueryConfig, values?: unknown[]) =>
    new Promise((resolve, reject) => {
      const settle = (error: Error | null, result: pg.QueryResult) =>
        error ? reject(error) : resolve(result);
      const counted = createQuery(statement, values);
      counted.callback = settle;
      client.query(countRows(counted, budget, false));
    });
  return Object.create(client, { query: { value: query } });
}

/** Methods of a query that pg calls but does not declare. */
interface CountedQuery {
  text: string;
  submit(connection: { stream: Socket }): Error | null;
  callback(error: Error | null, result?: pg.QueryResult): void;
  handleDataRow(row: { length: number }): void;
  handleReadyForQuery(connection: unknown): void;
  handleError(error: Error, connection: unknown): void;
}

function createQuery(statement: string | pg.QueryConfig, values?: unknown[]): CountedQuery {
  return new pg.Query(statement, values) as unknown as CountedQuery;
}

function countRows(query: CountedQuery, budget: ReadBudget, isCut: boolean): pg.Query {
  const accept = query.handleDataRow.bind(query);
  const large = isCut ? receiveInTurn(query, budget) : null;
  query.handleDataRow = (row) => {
    large?.count(row.length);
    const refusal = budget.count(row.length);
    if (refusal === null || !isCut) return accept(row);
    // The pool closes a connection whose query failed; remaining rows are dropped.
    query.handleDataRow = () => {};
    large?.end();
    query.callback(refusal);
  };
  return query as unknown as pg.Query;
}

/**
 * Bytes of a statement above which it waits for its turn to receive more. A row is counted when it is
 * complete.
 */
const LARGE = 256 * 1024;

/** Stops reading from the connection until it is the statement's turn; Postgres waits with the rest. */
function receiveInTurn(query: CountedQuery, { takeLargeTurn }: ReadBudget) {
  const { submit, handleReadyForQuery, handleError } = query;
  let stream: Socket | null = null;
  let received = 0;
  let turn: Promise<() => void> | null = null;
  let isOver = false;
  const end = () => {
    isOver = true;
    // Its end may have arrived with the row that paused it; the next statement uses the same connection.
    stream?.resume();
    void turn?.then((endTurn) => endTurn());
  };
  query.submit = (connection) => {
    stream = connection.stream;
    return submit.call(query, connection);
  };
  query.handleReadyForQuery = (connection) => {
    end();
    handleReadyForQuery.call(query, connection);
  };
  query.handleError = (error, connection) => {
    end();
    handleError.call(query, error, connection);
  };
  return {
    end,
    count(bytes: number) {
      received += bytes;
      if (received <= LARGE || turn) return;
      stream?.pause();
      turn = takeLargeTurn();
      void turn.then(() => {
        if (!isOver) stream?.resume();
      });
    },
  };
}
