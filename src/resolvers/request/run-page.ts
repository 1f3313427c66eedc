import { z } from 'zod';
import type { Context } from '../../context.ts';
import { type Direction, RUN_ORDERS, type RunOrderField } from '../../rules/runs/run-order.ts';
import { type RunOrder, type RunPosition, readNewestPosition } from '../../store/runs/lists/run-order.ts';
import {
  type CursorForm,
  cursorId,
  cursorTime,
  type Page,
  type PageArguments,
  readPageOf,
  writeCursor,
} from './page.ts';

/** Arguments of a list of runs. */
export interface RunPageArguments extends PageArguments {
  orderBy?: { field: RunOrderField; direction?: Direction | null | undefined } | null | undefined;
}

/** @throws DomainError VALIDATION_ERROR, BAD_CURSOR, also for a cursor of another order */
export function readRunPage({ orderBy, ...given }: RunPageArguments): {
  page: Page<RunPosition>;
  order: RunOrder;
} {
  const field = orderBy?.field ?? 'created_at';
  const order = { field, direction: orderBy?.direction ?? 'desc' };
  return { page: readPageOf(given, CURSORS[field]), order };
}

const VALUES: Record<RunOrderField, z.ZodType<string>> = {
  created_at: cursorTime,
  updated_at: cursorTime,
  ended_at: z.union([cursorTime, z.literal('infinity')]),
  priority: z.string().regex(/^\d{1,2}$/),
  cost: z.string().regex(/^\d{1,12}(\.\d{1,12})?$/),
};

/** Cursors of the usual order are as those of all lists; others name their order. */
function cursorsOf(field: RunOrderField): CursorForm<RunPosition> {
  const position = [VALUES[field], cursorId] as const;
  const isUsual = field === 'created_at';
  const content = isUsual ? z.tuple(position) : z.tuple([...position, z.literal(field)]);
  return {
    contentOf: ({ orderText, id }) => [orderText, id, ...(isUsual ? [] : [field])],
    positionIn(given) {
      const [orderText, id] = content.parse(given);
      return { orderText, id };
    },
  };
}

const CURSORS = Object.fromEntries(RUN_ORDERS.map((field) => [field, cursorsOf(field)])) as Record<
  RunOrderField,
  CursorForm<RunPosition>
>;

/** A run with its position in lists, newest first. */
export async function edgeOf<Row extends { id: string }>({ store }: Context, node: Row) {
  const position = await readNewestPosition(store.database, node.id);
  return { node, cursor: writeCursor(CURSORS.created_at.contentOf(position)) };
}
