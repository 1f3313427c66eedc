import { defineEntity, p } from '@mikro-orm/core';
import { Run } from './run.ts';

/** What a person told a run at work. The run's steps say which of it the model has been told. */
export const Input = defineEntity({
  name: 'Input',
  tableName: 'input',
  properties: {
    run: () => p.manyToOne(Run).primary().mapToPk().deleteRule('cascade').index(false),
    /** Dense from 1. */
    position: p.integer().primary(),
    text: p.text(),
  },
});
