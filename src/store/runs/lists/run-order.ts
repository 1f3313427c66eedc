import type { Direction, RunOrderField } from '../../../rules/runs/run-order.ts';
import type { Database } from '../../database/database.ts';
import { CURSOR_TIME, type ListRange } from '../../database/sql-page.ts';
import type { AddParameter } from '../../database/statement.ts';
import { END_ORDER } from '../../entities/run.ts';

/** Lists of runs are ordered by a field, then by id, in the same direction. */
export interface RunOrder {
  field: RunOrderField;
  direction: Direction;
}

/** A position in a list of runs. */
export interface RunPosition {
  /** The value of the order's field, exactly: a time has six digits, and `infinity` is that of a run without an end. */
  orderText: string;
  id: string;
}

interface OrderSql {
  /** What indexes of `run` have. */
  key: string;
  /** SQL of `orderText`. */
  text: string;
  /** SQL of the key of a position. */
  parameter(orderText: string, parameter: AddParameter): string;
}

function ofTime(key: string): OrderSql {
  const text = `coalesce(to_char(nullif(${key}, 'infinity') at time zone 'UTC', '${CURSOR_TIME}'), 'infinity')`;
  return { key, text, parameter: (value, parameter) => parameter(value, 'timestamptz') };
}

const ORDERS: Record<RunOrderField, OrderSql> = {
  created_at: ofTime('run.created_at'),
  updated_at: ofTime('run.updated_at'),
  ended_at: ofTime(END_ORDER),
  priority: {
    key: 'run.priority',
    text: 'run.priority::text',
    parameter: (value, parameter) => parameter(Number(value), 'integer'),
  },
  cost: {
    key: 'run.known_cost',
    text: 'run.known_cost::text',
    parameter: (value, parameter) => parameter(value, 'numeric'),
  },
};

/** SQL of `RunPosition.orderText`. */
export const orderTextSql = ({ field }: RunOrder): string => ORDERS[field].text;

/** SQL of what a list is ordered by. */
export const orderKeySql = ({ field }: RunOrder): string => ORDERS[field].key;

/** SQL of the same order in either of two tables: `search` has the times of creation. */
export const ofSearch = (sql: string): string => sql.replaceAll(/\brun\.(id|created_at)\b/g, 'search.$1');

/** The direction in which a page is read: from its end in reverse. */
export function readDirection({ direction }: RunOrder, { fromEnd }: Pick<ListRange, 'fromEnd'>): Direction {
  return (direction === 'asc') === fromEnd ? 'desc' : 'asc';
}

/** SQL conditions by their names: between the positions of a range. */
export function betweenSql(
  order: RunOrder,
  { after, before }: Pick<ListRange<RunPosition>, 'after' | 'before'>,
  parameter: AddParameter,
): Record<string, string> {
  const { key, parameter: keyOf } = ORDERS[order.field];
  const [behind, ahead] = order.direction === 'desc' ? ['<', '>'] : ['>', '<'];
  const beyond = (sign: string, { orderText, id }: RunPosition) =>
    `(${key}, run.id) ${sign} (${keyOf(orderText, parameter)}, ${parameter(id, 'text')})`;
  return {
    ...(after && { after: beyond(behind!, after) }),
    ...(before && { before: beyond(ahead!, before) }),
  };
}

/** The position of a run that exists in lists that are ordered by the time of creation. */
export async function readNewestPosition({ pool }: Database, id: string): Promise<RunPosition> {
  const { rows } = await pool.query<RunPosition>({
    name: 'read-newest-position',
    text: `select id, ${ORDERS.created_at.text} as "orderText" from run where id = $1`,
    values: [id],
  });
  return rows[0]!;
}
