import type { DialectTable } from '../dialect.ts';
import { refuse } from './errors.ts';
import { limits } from './limits.ts';
import { modelEndpoints } from './models.ts';
import { orchestrationEndpoints } from './orchestrations.ts';
import { sessionEndpoints } from './sessions.ts';
import { threadEndpoints } from './threads.ts';

export const orchestrateX = {
  name: 'orchestratex',
  endpoints: [...sessionEndpoints, ...threadEndpoints, ...orchestrationEndpoints, ...modelEndpoints],
  sockets: [],
  limits,
  refuse,
} satisfies DialectTable;
