import type { DialectTable } from '../definitions/dialect-table.ts';
import { analyticsEndpoints } from './analytics.ts';
import { refuse } from './errors.ts';
import { limits } from './limits.ts';
import { modelEndpoints } from './models.ts';
import { orchestrationEndpoints } from './orchestrations.ts';
import { sessionEndpoints } from './sessions.ts';
import { sessionSocket } from './socket.ts';
import { threadEndpoints } from './threads.ts';

export const orchestrateX = {
  name: 'orchestratex',
  endpoints: [
    ...sessionEndpoints,
    ...threadEndpoints,
    ...orchestrationEndpoints,
    ...modelEndpoints,
    ...analyticsEndpoints,
  ],
  sockets: [sessionSocket],
  limits,
  refuse,
} satisfies DialectTable;
