/** Types of Postgres with the values that represent them. */
interface SqlTypes {
  text: string;
  'text[]': readonly string[];
  /** JSON text, whose bytes may count towards a quota. */
  jsonb: string;
  boolean: boolean;
  integer: number;
  'integer[]': readonly number[];
  bigint: number;
  float8: number;
  /** Decimal text. */
  numeric: string;
  timestamptz: Date | string;
  bytea: Buffer;
}

type SqlType = keyof SqlTypes;
type Value<Type extends SqlType> = SqlTypes[Type] | null;

/** The parameters of a statement by name. */
export type ParameterTypes = Readonly<Record<string, SqlType>>;

/** SQL of each parameter: its number and its type, such as `$3::text[]`. */
export type Placeholders<Types extends ParameterTypes> = { readonly [Name in keyof Types]: string };

export type Values<Types extends ParameterTypes> = { readonly [Name in keyof Types]: Value<Types[Name]> };

/** Rejects values that have no parameter: TypeScript does not check properties that come from a spread. */
type NoOthers<Given, Types> = Readonly<Record<Exclude<keyof Given, keyof Types>, never>>;

interface Prepared {
  name: string;
  text: string;
  values: unknown[];
}

/**
 * A prepared statement with named parameters. Its text is made once, when the module is loaded, so that a name always
 * has the same text.
 * @throws Error when a parameter is not used
 */
export function statement<const Types extends ParameterTypes>(
  name: string,
  types: Types,
  textOf: ($: Placeholders<Types>) => string,
): <Given extends Values<Types>>(values: Given & NoOthers<Given, Types>) => Prepared {
  return prepare(name, types, textOf);
}

/**
 * Like `statement`, for parameter types merged from several objects, which the compiler cannot check against the
 * values.
 */
export function prepare<const Types extends ParameterTypes>(
  name: string,
  types: Types,
  textOf: ($: Placeholders<Types>) => string,
): (values: Readonly<Record<string, unknown>>) => Prepared {
  const names = Object.keys(types);
  const numbered = names.map((each, index) => [each, `$${index + 1}::${types[each]}`]);
  const text = textOf(Object.fromEntries(numbered));
  const unused = names.filter((_, index) => !new RegExp(`\\$${index + 1}::`).test(text));
  if (unused.length > 0) throw new Error(`the statement ${name} does not use: ${unused.join(', ')}`);
  return (values) => ({ name, text, values: names.map((each) => values[each]) });
}

/** Adds a value to a statement. @returns SQL of its parameter */
export type AddParameter = <Type extends SqlType>(value: Value<Type>, type: Type) => string;

/** For a statement whose text depends on the request: its parameters are numbered as they are added. */
export function collectParameters(): { parameter: AddParameter; values: unknown[] } {
  const values: unknown[] = [];
  return { parameter: (value, type) => `$${values.push(value)}::${type}`, values };
}

/** SQL that inserts rows, to be followed by `from` or `where`. `columns` maps each column to the SQL of its value. */
export function insertSql(table: string, columns: Readonly<Record<string, string>>): string {
  return `insert into ${table} (${Object.keys(columns).join(', ')})
        select ${Object.values(columns).join(', ')}`;
}

/** Parameters whose names are columns, for `insertSql`. */
export function columnsOf<Name extends string>(
  $: { readonly [Each in NoInfer<Name>]: string },
  names: Readonly<Record<Name, SqlType>>,
): Record<Name, string> {
  return Object.fromEntries(Object.keys(names).map((name) => [name, $[name as NoInfer<Name>]])) as Record<
    Name,
    string
  >;
}

/** A type-only brand, so that only `part` can create a Part. */
declare const RETURNS: unique symbol;

/**
 * A common table expression with a fixed name and known columns. Functions that build SQL reading from it take it as an
 * argument, so they cannot be called without it.
 */
export interface Part<Name extends string, Column extends string> {
  /** `name as (…)`. */
  readonly sql: string;
  readonly [RETURNS]: (name: Name, column: Column) => void;
}

/** @param change SQL of the insert or update of `table`, without what it returns. @param columns `*`: all columns */
export function part<Name extends string, const Column extends string>(
  name: Name,
  table: string,
  change: string,
  columns: readonly Column[],
): Part<Name, Column extends '*' ? string : Column> {
  const returned = columns.map((column) => `${table}.${column}`).join(', ');
  return { sql: `${name} as (${change} returning ${returned})` } as Part<
    Name,
    Column extends '*' ? string : Column
  >;
}
