import { defineEntity, p } from '@mikro-orm/core';
import type { TemplateParameter, TemplateStep } from '../../rules/templates/template.ts';
import { timestamps } from './timestamps.ts';
import { User } from './user.ts';

/** A named list of steps with parameters. */
export const Template = defineEntity({
  name: 'Template',
  tableName: 'template',
  indexes: [
    {
      name: 'template_key',
      expression: 'create unique index "template_key" on "template" ("owner_id", "name") nulls not distinct',
    },
  ],
  properties: {
    id: p.text().primary(),
    /** null: built in, readable by all accounts. */
    owner: () => p.manyToOne(User).mapToPk().deleteRule('cascade').nullable().index(false),
    name: p.text(),
    description: p.text().nullable(),
    parameters: p.json<TemplateParameter[]>(),
    steps: p.json<TemplateStep[]>(),
    /** Increased by every change. */
    version: p.integer().default(1),
    isActive: p.boolean().default(true),
    ...timestamps,
  },
});
