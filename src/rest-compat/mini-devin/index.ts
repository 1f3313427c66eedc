import type { DialectTable } from '../dialect.ts';
import { accountEndpoints } from './account.ts';
import { refuse } from './errors.ts';
import { healthEndpoints } from './health.ts';
import { limits } from './limits.ts';
import { taskSocket } from './socket.ts';

export const miniDevin = {
  name: 'mini-devin',
  endpoints: [...healthEndpoints, ...accountEndpoints],
  sockets: [taskSocket],
  limits,
  refuse,
} satisfies DialectTable;
