import type { DialectTable } from '../dialect.ts';
import { refuse } from './errors.ts';
import { limits } from './limits.ts';
import { activitySocket } from './socket.ts';

export const amas = {
  name: 'amas',
  endpoints: [],
  sockets: [activitySocket],
  limits,
  refuse,
} satisfies DialectTable;
