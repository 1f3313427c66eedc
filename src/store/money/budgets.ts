import type { ClientBase } from 'pg';
import { DomainError } from '../../errors.ts';
import { type Reservation, reserve } from '../../rules/money/budget.ts';
import { isFree, type Prices } from '../../rules/money/money.ts';
import type { Database } from '../database/database.ts';

/**
 * SQL: whether a limit is set on a run, its parent, its session or its owner. @param run SQL name of the
 * run's row
 */
export function isLimitedSql(run: string): string {
  return `exists (select from budget where subject_id in (${run}.id, ${run}.parent_id, ${run}.session_id, ${run}.owner_id))`;
}

/** The maximum requirements of a call. */
export interface CallBounds {
  /** UTF-8 bytes of the whole request. */
  inputBytes: number;
  /** Longest wanted answer. */
  maxTokens: number;
  /** null: unknown. */
  prices: Prices | null;
}

/**
 * Reserves the maximum cost of a call in every budget of its run, in the transaction that writes the call.
 * The run's row is always locked before its budgets.
 * @throws DomainError BUDGET_EXCEEDED, PRICE_UNKNOWN
 */
export async function reserveForCall(
  client: ClientBase,
  call: { id: string; runId: string },
  bounds: CallBounds,
): Promise<Reservation | null> {
  const { rows: budgets } = await client.query<{ subjectId: string; left: string }>(
    `select subject_id as "subjectId", (cost_limit - spent - reserved)::text as left
     from budget where subject_id in (select unnest(array[id, parent_id, session_id, owner_id]) from run where id = $1)
     order by subject_id for update`,
    [call.runId],
  );
  if (budgets.length === 0) return null;
  const reservation = reserveWithin(
    bounds,
    budgets.map(({ left }) => left),
  );
  await client.query(
    `with raised as (
       update budget set reserved = reserved + $3 where subject_id = any($4::text[]) returning subject_id
     )
     insert into budget_entry (call_id, subject_id, run_id, reserved) select $1, subject_id, $2, $3 from raised`,
    [call.id, call.runId, reservation.amount, budgets.map(({ subjectId }) => subjectId)],
  );
  return reservation;
}

function reserveWithin({ inputBytes, maxTokens, prices }: CallBounds, left: readonly string[]): Reservation {
  if (isFree(prices)) return { maxTokens, amount: '0' };
  if (!prices) {
    const message =
      'a cost limit is set, and the price of the model is unknown; name a model with a known price';
    throw new DomainError('PRICE_UNKNOWN', message);
  }
  const possible = left.map((each) => reserve({ inputBytes, wanted: maxTokens }, prices, each));
  const shortest = possible.reduce((one, other) =>
    one && other ? (one.maxTokens <= other.maxTokens ? one : other) : null,
  );
  if (shortest) return shortest;
  const least = left.toSorted((one, other) => Number(one) - Number(other))[0];
  throw new DomainError(
    'BUDGET_EXCEEDED',
    `the rest of the cost limit, $${least}, does not cover the answer`,
  );
}

/**
 * Replaces the reservation of a call with its cost or, if that is unknown, with the reserved amount. A cost
 * that becomes known later corrects it.
 * @param cost US dollars as decimal text; null is unknown
 */
export async function settleForCall(
  client: ClientBase,
  call: { id: string; runId: string },
  cost: string | null,
): Promise<void> {
  await client.query(
    `with held as (
       select subject_id from budget
       where subject_id in (select unnest(array[id, parent_id, session_id, owner_id]) from run where id = $2) order by subject_id for update
     ), entry as (
       select held.subject_id, coalesce(budget_entry.reserved, 0) as reserved, budget_entry.amount,
         budget_entry.call_id is not null and budget_entry.amount is null as is_open
       from held left join budget_entry on budget_entry.call_id = $1 and budget_entry.subject_id = held.subject_id
     ), closed as (
       select subject_id, reserved, is_open, coalesce(amount, 0) as before,
         coalesce($3::numeric, amount, reserved) as amount from entry
     ), changed as (
       update budget set spent = spent + closed.amount - closed.before,
         reserved = budget.reserved - case when closed.is_open then closed.reserved else 0 end
       from closed where budget.subject_id = closed.subject_id
     )
     insert into budget_entry (call_id, subject_id, run_id, reserved, amount, is_estimated)
     select $1, subject_id, $2, reserved, amount, $3::numeric is null from closed
     on conflict (call_id, subject_id) do update
     set amount = excluded.amount, is_estimated = excluded.is_estimated`,
    [call.id, call.runId, cost],
  );
}

/**
 * For runs that were taken from their worker: open calls count with the reserved amount until their cost is
 * known.
 */
export async function settleOpenReservations(client: ClientBase, runIds: readonly string[]): Promise<void> {
  await client.query(
    `with open as (
       update budget_entry set amount = reserved, is_estimated = true
       where run_id = any($1::text[]) and amount is null returning subject_id, reserved
     ), sums as (
       select subject_id, sum(reserved) as amount from open group by subject_id
     ), held as (
       select budget.subject_id, sums.amount from budget join sums on sums.subject_id = budget.subject_id
       order by budget.subject_id for update of budget
     )
     update budget set spent = spent + held.amount, reserved = reserved - held.amount
     from held where budget.subject_id = held.subject_id`,
    [runIds],
  );
}

/** Sets, changes or removes (null) the cost limit on all tasks of a user, counted from the first one. */
export async function setUserLimit(client: ClientBase, userId: string, limit: string | null): Promise<void> {
  // Calls that begin or settle meanwhile come entirely before or after this.
  await client.query('lock table model_call in share row exclusive mode');
  if (limit === null) {
    await client.query('delete from budget where subject_id = $1', [userId]);
    await client.query('delete from budget_entry where subject_id = $1', [userId]);
    return;
  }
  await client.query(
    `insert into budget (subject_id, kind, cost_limit, spent)
     select $1, 'user', $2, coalesce(sum(model_call.cost), 0)
     from run join model_call on model_call.run_id = run.id where run.owner_id = $1
     on conflict (subject_id) do update set cost_limit = excluded.cost_limit`,
    [userId, limit],
  );
}

/**
 * Sets, changes or removes (null) the cost limit on all tasks of a session, counted from the first one. The
 * caller has locked the session's row, so that no task is created in it meanwhile.
 */
export async function setSessionLimit(
  client: ClientBase,
  sessionId: string,
  limit: string | null,
): Promise<void> {
  if (limit === null) {
    // Ending a run locks its entries before its budgets.
    await client.query('select from run where session_id = $1 order by id for update', [sessionId]);
    await client.query('delete from budget where subject_id = $1', [sessionId]);
    await client.query(
      'delete from budget_entry where subject_id = $1 and run_id in (select id from run where session_id = $1)',
      [sessionId],
    );
    return;
  }
  const { rowCount } = await client.query('update budget set cost_limit = $2 where subject_id = $1', [
    sessionId,
    limit,
  ]);
  if (rowCount === 1) return;
  // Calls that begin or settle meanwhile come entirely before or after this. A lock on their runs would not
  // suffice: a statement that waits for one has already checked for limits.
  await client.query('lock table model_call in share row exclusive mode');
  await client.query(
    `insert into budget (subject_id, kind, cost_limit, spent)
     select $1, 'session', $2, coalesce(sum(model_call.cost), 0)
     from run join model_call on model_call.run_id = run.id where run.session_id = $1`,
    [sessionId, limit],
  );
}

export interface BudgetRow {
  subjectId: string;
  /** US dollars. */
  limit: number;
  spent: number;
  reserved: number;
}

export async function readBudgets(
  database: Database,
  subjectIds: readonly string[],
): Promise<Map<string, BudgetRow>> {
  const { rows } = await database.pool.query<BudgetRow>({
    name: 'read-budgets',
    text: `
      select subject_id as "subjectId", cost_limit::float8 as "limit", spent::float8 as spent,
        reserved::float8 as reserved
      from budget where subject_id = any($1::text[])`,
    values: [subjectIds],
  });
  return new Map(rows.map((row) => [row.subjectId, row]));
}
