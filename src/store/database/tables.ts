import type { InferKyselyDB } from '@mikro-orm/sql';
import {
  CamelCasePlugin,
  type ColumnType,
  DefaultQueryExecutor,
  type InsertType,
  PostgresAdapter,
  PostgresQueryCompiler,
  QueryCreator,
  type RawBuilder,
  type Selectable,
  type SelectType,
  sql,
  type UpdateType,
} from 'kysely';
import type { ClientBase } from 'pg';
import type { entities } from '../entities/index.ts';

/** The tables and columns of the entities, in camel case: `app_user.password_hash` is `appUser.passwordHash`. */
export type Tables = {
  [Table in keyof Stored as CamelCase<Table>]: {
    [Name in keyof Stored[Table] as CamelCase<Name>]: Column<Stored[Table][Name]>;
  };
};

type Stored = InferKyselyDB<(typeof entities)[number]>;

type CamelCase<Name> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

type Column<Type> = [NonNullable<SelectType<Type>>] extends [Scalar | readonly string[]]
  ? Type
  : ColumnType<SelectType<Type>, ToJson<InsertType<Type>>, ToJson<UpdateType<Type>>>;

type Scalar = string | number | bigint | boolean | Date | Uint8Array;

type ToJson<Type> = Json | Extract<Type, null | undefined>;

declare const JSON_TEXT: unique symbol;
export interface Json {
  [JSON_TEXT]: true;
}

/**
 * A value of a JSON column. JSON columns accept only this, because pg would encode a JavaScript array as a Postgres
 * array.
 */
export function json(value: object): RawBuilder<Json> {
  return sql`${JSON.stringify(value)}::jsonb`;
}

/** The time at which the transaction began. */
export const NOW = sql<Date>`now()`;
/** The current time, which advances during a transaction. */
export const CURRENT_TIME = sql<Date>`clock_timestamp()`;

/** A row with all its columns. */
export type Row<Table extends keyof Tables> = Selectable<Tables[Table]>;

export type Queryable = Pick<ClientBase, 'query'>;

const COMPILER = new PostgresQueryCompiler();
const ADAPTER = new PostgresAdapter();
const PLUGINS = [new CamelCasePlugin({ maintainNestedObjectKeys: true })];

/**
 * A Kysely query creator that runs on the pool or on the client of an open transaction. Its queries are not prepared: a
 * prepared `select *` fails once a newer version has added a column.
 */
export function tables(client: Queryable): QueryCreator<Tables> {
  const connection = {
    async executeQuery<Result>({ sql, parameters }: { sql: string; parameters: readonly unknown[] }) {
      const { rows, rowCount } = await client.query({ text: sql, values: [...parameters] });
      return { rows: rows as Result[], numAffectedRows: BigInt(rowCount ?? 0) };
    },
    streamQuery: () => {
      throw new Error('rows are not streamed');
    },
  };
  const executor = new DefaultQueryExecutor(
    COMPILER,
    ADAPTER,
    { provideConnection: (use) => use(connection) },
    PLUGINS,
  );
  return new QueryCreator({ executor });
}

/** The right-hand side of `=` that matches any of the values; unlike with `in`, the list may be empty. */
export function anyOf<Value>(values: readonly Value[]): RawBuilder<Value> {
  return sql`any(${values})`;
}

/**
 * SQL for the optional filters of a list: null leaves the column unfiltered, an array matches any of its values. Do not
 * use it for mandatory conditions such as the owner: null would drop them.
 */
export function optionalFilters<Table extends keyof Tables>(table: Table, filter: Filter<Row<Table>>) {
  const conditions = Object.entries(filter)
    .filter(([, value]) => value !== null)
    .map(
      ([name, value]) => sql`${sql.ref(`${table}.${name}`)} = ${Array.isArray(value) ? anyOf(value) : value}`,
    );
  return sql<boolean>`${conditions.length > 0 ? sql.join(conditions, sql` and `) : sql`true`}`;
}

type Filter<Columns> = {
  [Name in keyof Columns]?: Columns[Name] | readonly NonNullable<Columns[Name]>[] | null;
};
