import { defineEntity, p } from '@mikro-orm/core';
import { Run } from './run.ts';

/** A message of a user to a running run. Checkpoints record which of them the model has received. */
export const Input = defineEntity({
  name: 'Input',
  tableName: 'input',
  properties: {
    run: () => p.manyToOne(Run).primary().mapToPk().deleteRule('cascade').index(false),
    /** From 1 without gaps. */
    position: p.integer().primary(),
    text: p.text(),
  },
});
