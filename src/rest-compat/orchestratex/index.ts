import type { DialectTable } from '../dialect.ts';
import { refuse } from './errors.ts';

export const orchestrateX = {
  name: 'orchestratex',
  endpoints: [],
  refuse,
} satisfies DialectTable;
