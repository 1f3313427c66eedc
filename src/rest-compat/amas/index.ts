import type { DialectTable } from '../dialect.ts';
import { refuse } from './errors.ts';

export const amas = {
  name: 'amas',
  endpoints: [],
  refuse,
} satisfies DialectTable;
