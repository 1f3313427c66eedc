import type { DialectTable } from '../dialect.ts';
import { refuse } from './errors.ts';
import { limits } from './limits.ts';

export const orchestrateX = {
  name: 'orchestratex',
  endpoints: [],
  sockets: [],
  limits,
  refuse,
} satisfies DialectTable;
