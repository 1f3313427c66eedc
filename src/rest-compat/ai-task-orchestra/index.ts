import type { DialectTable } from '../definitions/dialect-table.ts';
import { refuse } from './errors.ts';
import { taskEndpoints } from './task-endpoints.ts';
import { taskListEndpoints } from './task-list-endpoints.ts';
import { templateEndpoints } from './template-endpoints.ts';

export const aiTaskOrchestra = {
  name: 'ai-task-orchestra',
  endpoints: [...taskEndpoints, ...taskListEndpoints, ...templateEndpoints],
  sockets: [],
  limits: null,
  refuse,
} satisfies DialectTable;
