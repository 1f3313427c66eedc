import { defineEntity, p } from '@mikro-orm/core';
import { BUDGET_KINDS } from '../../vocabulary.ts';

const dollars = () => p.decimal().precision(24).scale(12);

/** What a task, or all tasks of a session or a user, may cost. Only what has a limit has a row. US dollars, exact. */
export const Budget = defineEntity({
  name: 'Budget',
  tableName: 'budget',
  properties: {
    /** The id of the task, session or user. */
    subjectId: p.text().primary(),
    kind: p.enum(BUDGET_KINDS),
    costLimit: dollars(),
    /** What settled calls cost; of those whose cost stays unknown, what was reserved. */
    spent: dollars().default('0'),
    /** What open calls may cost at most. `spent + reserved` never exceeds the limit. */
    reserved: dollars().default('0'),
  },
});

/** What one model call means to one budget; append-only but for its settlement. */
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
    /** Whether `amount` is what was reserved, because nobody told the cost (yet). */
    isEstimated: p.boolean().default(false),
  },
});
