import type { BudgetRow } from '../../store/money/budgets.ts';
import { builder } from '../builder/builder.ts';

export const BudgetType = builder.objectRef<BudgetRow>('Budget').implement({
  description:
    'A cost limit in US dollars. Calls that begin under it never take `spent` and `reserved` beyond it, however many are made at once; one that began before it was set is counted when it ends.',
  fields: (t) => ({
    limit: t.exposeFloat('limit', { description: 'What may be spent.' }),
    spent: t.exposeFloat('spent', {
      description:
        'What finished calls cost; of those whose cost nobody told, the most that they can have cost.',
    }),
    reserved: t.exposeFloat('reserved', { description: 'The most that running calls can cost.' }),
  }),
});
