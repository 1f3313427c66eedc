import { defineEntity, p } from '@mikro-orm/core';
import { BUDGET_KINDS } from '../../vocabulary.ts';

const dollars = () => p.decimal().precision(24).scale(12);

/**
 * The cost limit of a task, or of all tasks of a session or a user. A row exists only where a limit is set.
 * US dollars, exact.
 */
export const Budget = defineEntity({
  name: 'Budget',
  tableName: 'budget',
  properties: {
    /** The id of the task, session or user. */
    subjectId: p.text().primary(),
    kind: p.enum(BUDGET_KINDS),
    costLimit: dollars(),
    /** Cost of settled calls; for those with unknown cost, the reserved amount. */
    spent: dollars().default('0'),
    /** Maximum cost of open calls. `spent + reserved` never exceeds the limit. */
    reserved: dollars().default('0'),
  },
});

/** The amount of one model call in one budget; append-only except for its settlement. */
export const BudgetEntry = defineEntity({
  name: 'BudgetEntry',
  tableName: 'budget_entry',
  properties: {
    callId: p.text().primary(),
    subjectId: p.text().primary(),
    runId: p.text().index(),
    reserved: dollars(),
    /** null while the call is open. */
    amount: dollars().nullable(),
    /** Whether `amount` is the reserved amount, because the cost is not known (yet). */
    isEstimated: p.boolean().default(false),
  },
});
