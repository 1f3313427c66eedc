import type { DialectTable } from '../dialect.ts';
import { refuse } from './errors.ts';

export const aiTaskOrchestra = {
  name: 'ai-task-orchestra',
  endpoints: [],
  sockets: [],
  limits: null,
  refuse,
} satisfies DialectTable;
