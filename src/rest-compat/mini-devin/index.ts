import type { DialectTable } from '../dialect.ts';
import { accountEndpoints } from './account.ts';
import { refuse } from './errors.ts';
import { healthEndpoints } from './health.ts';

export const miniDevin = {
  name: 'mini-devin',
  endpoints: [...healthEndpoints, ...accountEndpoints],
  refuse,
} satisfies DialectTable;
