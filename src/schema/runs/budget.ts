import type { BudgetRow } from '../../store/money/budgets.ts';
import { builder } from '../builder/builder.ts';

export const BudgetType = builder.objectRef<BudgetRow>('Budget').implement({
  description:
    'A cost limit in US dollars. Calls that begin under it never raise `spent` plus `reserved` above it, regardless of how many run at the same time. A call that began before the limit was set is counted when it ends.',
  fields: (t) => ({
    limit: t.exposeFloat('limit', { description: 'Maximum amount.' }),
    spent: t.exposeFloat('spent', {
      description:
        'Cost of finished calls. For calls whose cost is not reported, the maximum they can have cost.',
    }),
    reserved: t.exposeFloat('reserved', { description: 'Maximum that running calls can cost.' }),
  }),
});
