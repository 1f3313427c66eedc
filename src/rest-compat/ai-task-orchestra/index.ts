import type { DialectTable } from '../definitions/dialect-table.ts';
import { refuse } from './errors.ts';
import { taskListEndpoints } from './task-lists.ts';
import { taskEndpoints } from './tasks.ts';
import { templateEndpoints } from './templates.ts';

export const aiTaskOrchestra = {
  name: 'ai-task-orchestra',
  endpoints: [...taskEndpoints, ...taskListEndpoints, ...templateEndpoints],
  sockets: [],
  limits: null,
  refuse,
} satisfies DialectTable;
