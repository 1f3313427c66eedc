import { defineEntity, p } from '@mikro-orm/core';
import { Run } from './run.ts';

/** `run` starts when `on` has completed. */
export const Dependency = defineEntity({
  name: 'Dependency',
  tableName: 'dependency',
  properties: {
    run: () => p.manyToOne(Run).primary().mapToPk().deleteRule('cascade').index(false),
    on: () =>
      p
        .manyToOne(Run)
        .primary()
        .mapToPk()
        .deleteRule('cascade')
        .fieldName('on_run_id')
        .index('dependency_on'),
  },
});
