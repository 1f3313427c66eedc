import type { DialectTable } from '../dialect.ts';
import { refuse } from './errors.ts';

export const theMachine = {
  name: 'themachine',
  endpoints: [],
  sockets: [],
  limits: null,
  refuse,
} satisfies DialectTable;
